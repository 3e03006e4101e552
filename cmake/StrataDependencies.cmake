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
if(STRATA_WITH_FILES)
  strata_find(LibZip libzip::zip libzip-dev MODULE)
  strata_find(LibHDF5 libhdf5::hdf5 libhdf5-dev MODULE)
endif()
if(STRATA_WITH_ONNX STREQUAL "AUTO")
  find_package(LibOnnx QUIET MODULE)
  set(STRATA_WRITES_ONNX ${LibOnnx_FOUND})
else()
  set(STRATA_WRITES_ONNX ${STRATA_WITH_ONNX})
endif()
if(STRATA_WRITES_ONNX)
  strata_find(LibOnnx libonnx::proto "libonnx-dev libprotobuf-dev" MODULE)
else()
  message(STATUS "Strata: built without Model::export_onnx (STRATA_WITH_ONNX=${STRATA_WITH_ONNX}; it takes libonnx-dev and libprotobuf-dev)")
endif()
find_path(Random123_INCLUDE_DIR Random123/philox.h)
mark_as_advanced(Random123_INCLUDE_DIR)
if(NOT Random123_INCLUDE_DIR)
  strata_missing(Random123 librandom123-dev)
endif()

# By its header: its package file would bring another BLAS and LAPACK than OpenBLAS, which has both.
find_path(XtensorBlas_INCLUDE_DIR xtensor-blas/xlinalg.hpp)
mark_as_advanced(XtensorBlas_INCLUDE_DIR)
if(NOT XtensorBlas_INCLUDE_DIR)
  strata_missing(xtensor-blas libxtensor-blas-dev)
endif()

# Needed to compile Strata and its tests, but not to link them.
add_library(strata_private_headers INTERFACE)
target_include_directories(strata_private_headers SYSTEM INTERFACE ${Random123_INCLUDE_DIR}
                           ${XtensorBlas_INCLUDE_DIR})
target_link_libraries(strata_private_headers INTERFACE xtensor)

# Needed to link them; users of the static library get these through the installed package.
set(STRATA_LINKED_LIBRARIES fmt::fmt OpenMP::OpenMP_CXX ZLIB::ZLIB OpenBLAS::OpenBLAS)
if(STRATA_WITH_FILES)
  list(APPEND STRATA_LINKED_LIBRARIES libzip::zip libhdf5::hdf5)
endif()
if(STRATA_WRITES_ONNX)
  list(APPEND STRATA_LINKED_LIBRARIES libonnx::proto)
endif()
