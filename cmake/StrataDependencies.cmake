# What Strata needs, gathered in one interface target; a missing package is named with its Debian package.

function(strata_find package debian)
  find_package(${package} QUIET ${ARGN})
  if(NOT ${package}_FOUND)
    message(FATAL_ERROR "Strata needs ${package}. On Debian and Ubuntu: apt-get install ${debian}, "
                        "or scripts/setup, which installs all that is missing.")
  endif()
endfunction()

strata_find(fmt libfmt-dev)
strata_find(nlohmann_json nlohmann-json3-dev)
strata_find(xtensor libxtensor-dev)
strata_find(OpenMP "g++" COMPONENTS CXX)
strata_find(ZLIB zlib1g-dev)
find_path(STRATA_CBLAS_INCLUDE_DIR cblas.h PATH_SUFFIXES openblas x86_64-linux-gnu)
find_library(STRATA_OPENBLAS NAMES openblas)
if(NOT STRATA_CBLAS_INCLUDE_DIR OR NOT STRATA_OPENBLAS)
  message(FATAL_ERROR "Strata needs OpenBLAS with cblas.h. On Debian and Ubuntu: apt-get install libopenblas-dev, "
                      "or scripts/setup, which installs all that is missing.")
endif()
find_path(STRATA_RANDOM123_INCLUDE_DIR Random123/philox.h)
if(NOT STRATA_RANDOM123_INCLUDE_DIR)
  message(FATAL_ERROR "Strata needs Random123. On Debian and Ubuntu: apt-get install librandom123-dev, "
                      "or scripts/setup, which installs all that is missing.")
endif()

add_library(strata_private_dependencies INTERFACE)
target_include_directories(strata_private_dependencies SYSTEM INTERFACE
  ${STRATA_CBLAS_INCLUDE_DIR} ${STRATA_RANDOM123_INCLUDE_DIR})
target_link_libraries(strata_private_dependencies INTERFACE
  fmt::fmt xtensor OpenMP::OpenMP_CXX ZLIB::ZLIB ${STRATA_OPENBLAS})
