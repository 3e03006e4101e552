# The installed package: library, headers, find_package(strata) and pkg-config.
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/strata)

install(TARGETS strata EXPORT strata-targets FILE_SET HEADERS)
install(EXPORT strata-targets NAMESPACE strata:: DESTINATION ${package_dir})

get_target_property(library_type strata TYPE)
if(library_type STREQUAL STATIC_LIBRARY)
  set(STRATA_IS_STATIC TRUE)
else()
  set(STRATA_IS_STATIC FALSE)
endif()
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/strata-config.cmake.in strata-config.cmake
  INSTALL_DESTINATION ${package_dir} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(strata-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/strata-config.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/strata-config-version.cmake
              ${CMAKE_CURRENT_LIST_DIR}/FindLibZip.cmake
              ${CMAKE_CURRENT_LIST_DIR}/FindOpenBLAS.cmake
        DESTINATION ${package_dir})

# Relocatable: every path hangs on the place of the .pc file itself. A static library passes on what it is linked with.
set(pkgconfig_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX BASE_DIRECTORY ${CMAKE_INSTALL_PREFIX}/${pkgconfig_dir}
           OUTPUT_VARIABLE prefix_from_pkgconfig)
if(STRATA_IS_STATIC)
  set(requires "Requires: nlohmann_json fmt libzip openblas zlib")
  set(libs "Libs: -L\${libdir} -lstrata ${OpenMP_CXX_FLAGS}")
else()
  set(requires "Requires: nlohmann_json\nRequires.private: fmt libzip openblas zlib")
  set(libs "Libs: -L\${libdir} -lstrata")
endif()
configure_file(${CMAKE_CURRENT_LIST_DIR}/strata.pc.in strata.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/strata.pc DESTINATION ${pkgconfig_dir})
