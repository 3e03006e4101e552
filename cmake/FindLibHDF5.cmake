# Finds the serial HDF5 C library as libhdf5::hdf5, by its header: CMake's own module asks a compiler wrapper, which
# need not be installed, and takes the one for MPI where that comes first. Debian keeps the serial library's header in a
# folder of its own. Strata uses it to build itself and installs it, since whoever links the static library needs it too.
find_path(LibHDF5_INCLUDE_DIR hdf5.h PATH_SUFFIXES hdf5/serial)
find_library(LibHDF5_LIBRARY NAMES hdf5_serial hdf5)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibHDF5
  REQUIRED_VARS LibHDF5_LIBRARY LibHDF5_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "on Debian and Ubuntu: apt-get install libhdf5-dev")
mark_as_advanced(LibHDF5_INCLUDE_DIR LibHDF5_LIBRARY)

if(LibHDF5_FOUND AND NOT TARGET libhdf5::hdf5)
  add_library(libhdf5::hdf5 UNKNOWN IMPORTED)
  set_target_properties(libhdf5::hdf5 PROPERTIES
    IMPORTED_LOCATION ${LibHDF5_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${LibHDF5_INCLUDE_DIR})
endif()
