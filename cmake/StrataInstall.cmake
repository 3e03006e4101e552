# The installed package: library, headers, find_package(strata) and pkg-config.
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/strata)

install(TARGETS strata EXPORT strata-targets FILE_SET HEADERS)
install(EXPORT strata-targets NAMESPACE strata:: DESTINATION ${package_dir})
install(TARGETS strata_xtensor EXPORT strata-xtensor-targets FILE_SET HEADERS)
install(EXPORT strata-xtensor-targets NAMESPACE strata:: DESTINATION ${package_dir})

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
              ${CMAKE_CURRENT_LIST_DIR}/FindLibHDF5.cmake
              ${CMAKE_CURRENT_LIST_DIR}/FindLibOnnx.cmake
              ${CMAKE_CURRENT_LIST_DIR}/FindLibZip.cmake
              ${CMAKE_CURRENT_LIST_DIR}/FindOpenBLAS.cmake
        DESTINATION ${package_dir})

# Relocatable: every path hangs on the place of the .pc file itself. A static library passes on what it is linked with.
set(pkgconfig_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX BASE_DIRECTORY ${CMAKE_INSTALL_PREFIX}/${pkgconfig_dir}
           OUTPUT_VARIABLE prefix_from_pkgconfig)
set(files "")
if(STRATA_WITH_FILES)
  set(files "hdf5 libzip ")
endif()
set(onnx "")
if(STRATA_WRITES_ONNX)  # ONNX has no file of pkg-config's
  set(onnx " -Wl,--push-state,--as-needed -lonnx_proto -lprotobuf -Wl,--pop-state")
endif()
if(STRATA_IS_STATIC)
  set(requires "Requires: nlohmann_json fmt ${files}openblas zlib")
  set(libs "Libs: -L\${libdir} -lstrata${onnx} ${OpenMP_CXX_FLAGS}")
else()
  set(requires "Requires: nlohmann_json\nRequires.private: fmt ${files}openblas zlib")
  set(libs "Libs: -L\${libdir} -lstrata")
endif()
configure_file(${CMAKE_CURRENT_LIST_DIR}/strata.pc.in strata.pc @ONLY)
configure_file(${CMAKE_CURRENT_LIST_DIR}/strata-xtensor.pc.in strata-xtensor.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/strata.pc ${CMAKE_CURRENT_BINARY_DIR}/strata-xtensor.pc DESTINATION ${pkgconfig_dir})
