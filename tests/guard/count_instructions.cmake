# Counts the instructions of one steady training step, as the difference between runs of few and of more steps under
# callgrind, and fails above a limit: cmake -D PROGRAM=… -D STEP=… -D LIMIT=… -P count_instructions.cmake. Exact on a busy
# machine too. Under the tool no CPU shows wider vector units than AVX2, and OpenBLAS is told its core, so that counts of
# different machines are alike.
find_program(VALGRIND valgrind)
file(READ /proc/cpuinfo cpu)
if(NOT VALGRIND OR NOT cpu MATCHES " avx2 ")
  message("skipped: needs valgrind and a CPU with AVX2")
  return()
endif()

function(count_instructions steps result)
  execute_process(
    COMMAND ${CMAKE_COMMAND} -E env OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 OPENBLAS_CORETYPE=Haswell
            ${VALGRIND} --tool=callgrind --callgrind-out-file=/dev/null ${PROGRAM} ${STEP} ${steps}
    RESULT_VARIABLE status ERROR_VARIABLE report OUTPUT_QUIET)
  if(NOT status EQUAL 0 OR NOT report MATCHES "Collected : ([0-9]+)")
    message(FATAL_ERROR "callgrind could not run ${PROGRAM}:\n${report}")
  endif()
  set(${result} ${CMAKE_MATCH_1} PARENT_SCOPE)
endfunction()

count_instructions(2 few)
count_instructions(4 more)
math(EXPR instructions "(${more} - ${few}) / 2")
message("A step of ${STEP} takes ${instructions} instructions; at most ${LIMIT} are allowed.")
if(instructions GREATER LIMIT)
  message(FATAL_ERROR "Too many. If that can't be helped, raise the limit, and say why in the commit.")
endif()
