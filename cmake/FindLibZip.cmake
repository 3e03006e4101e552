# Finds libzip as libzip::zip, by its header: the package file that Debian ships refers to programs (zipcmp, ziptool)
# that other packages install, and fails without them. Strata uses it to build itself and installs it, since whoever
# links the static library needs it too.
find_path(LibZip_INCLUDE_DIR zip.h)
find_library(LibZip_LIBRARY zip)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibZip
  REQUIRED_VARS LibZip_LIBRARY LibZip_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "on Debian and Ubuntu: apt-get install libzip-dev")
mark_as_advanced(LibZip_INCLUDE_DIR LibZip_LIBRARY)

if(LibZip_FOUND AND NOT TARGET libzip::zip)
  add_library(libzip::zip UNKNOWN IMPORTED)
  set_target_properties(libzip::zip PROPERTIES
    IMPORTED_LOCATION ${LibZip_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${LibZip_INCLUDE_DIR})
endif()
