# What Strata needs. A missing package is named together with its Debian package.
list(APPEND CMAKE_MODULE_PATH ${CMAKE_CURRENT_LIST_DIR})
# Whoever links Strata from a directory above must see these targets too.
set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL ON)

function(strata_missing package debian)
  message(FATAL_ERROR "Strata needs ${package}, which was not found. On Debian and Ubuntu: apt-get install "
                      "${debian}. Or run scripts/setup, which installs all that is missing.")
endfunction()

# Does nothing where the project around Strata has brought the target already.
function(strata_find package target debian)
  if(TARGET ${target})
    return()
  endif()
  find_package(${package} QUIET ${ARGN})
  if(NOT ${package}_FOUND)
    strata_missing(${package} ${debian})
  endif()
endfunction()

strata_find(fmt fmt::fmt libfmt-dev)
strata_find(nlohmann_json nlohmann_json::nlohmann_json nlohmann-json3-dev)
strata_find(xtensor xtensor libxtensor-dev)
strata_find(OpenMP OpenMP::OpenMP_CXX "g++ (with clang: libomp-dev)" COMPONENTS CXX)
strata_find(ZLIB ZLIB::ZLIB zlib1g-dev)
strata_find(OpenBLAS OpenBLAS::OpenBLAS libopenblas-dev MODULE)
strata_find(LibZip libzip::zip libzip-dev MODULE)
find_path(Random123_INCLUDE_DIR Random123/philox.h)
mark_as_advanced(Random123_INCLUDE_DIR)
if(NOT Random123_INCLUDE_DIR)
  strata_missing(Random123 librandom123-dev)
endif()

# Needed to compile Strata and its tests, but not to link them.
add_library(strata_private_headers INTERFACE)
target_include_directories(strata_private_headers SYSTEM INTERFACE ${Random123_INCLUDE_DIR})
target_link_libraries(strata_private_headers INTERFACE xtensor)

# Needed to link them; users of the static library get these through the installed package.
set(STRATA_LINKED_LIBRARIES fmt::fmt OpenMP::OpenMP_CXX ZLIB::ZLIB libzip::zip OpenBLAS::OpenBLAS)
