# Finds OpenBLAS with its C interface as OpenBLAS::OpenBLAS. Strata uses it to build itself and installs it, since
# whoever links the static library needs it too. The library must really hold cblas_sgemm: a BLAS without the C
# interface, or none, would otherwise show as a page of linker errors.
find_path(OpenBLAS_INCLUDE_DIR cblas.h
          PATH_SUFFIXES openblas ${CMAKE_LIBRARY_ARCHITECTURE} ${CMAKE_LIBRARY_ARCHITECTURE}/openblas-pthread)
find_library(OpenBLAS_LIBRARY openblas)

if(OpenBLAS_INCLUDE_DIR AND OpenBLAS_LIBRARY)
  include(CheckCXXSourceCompiles)
  block()
    set(CMAKE_REQUIRED_INCLUDES ${OpenBLAS_INCLUDE_DIR})
    set(CMAKE_REQUIRED_LIBRARIES ${OpenBLAS_LIBRARY})
    set(CMAKE_REQUIRED_QUIET ON)
    check_cxx_source_compiles("
      #include <cblas.h>
      extern \"C\" void openblas_set_num_threads(int);
      int main() {
        openblas_set_num_threads(1);
        const blasint one = 1;
        const float a = 2.0f;
        float c = 0.0f;
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, one, one, one, 1.0f, &a, one, &a, one, 0.0f, &c, one);
        return c != 4.0f;
      }" OpenBLAS_HAS_CBLAS)
  endblock()
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OpenBLAS
  REQUIRED_VARS OpenBLAS_LIBRARY OpenBLAS_INCLUDE_DIR OpenBLAS_HAS_CBLAS
  REASON_FAILURE_MESSAGE "a program that calls cblas_sgemm must link. On Debian and Ubuntu: apt-get install libopenblas-dev")
mark_as_advanced(OpenBLAS_INCLUDE_DIR OpenBLAS_LIBRARY)

if(OpenBLAS_FOUND AND NOT TARGET OpenBLAS::OpenBLAS)
  add_library(OpenBLAS::OpenBLAS UNKNOWN IMPORTED)
  set_target_properties(OpenBLAS::OpenBLAS PROPERTIES
    IMPORTED_LOCATION ${OpenBLAS_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${OpenBLAS_INCLUDE_DIR})
endif()
