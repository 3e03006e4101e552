// clear_session: automatic names and random numbers as at the start of the program.
#pragma once

namespace strata {

/// Starts the automatic names of layers and models (`dense`, `dense_1`, …) and the process-wide
/// random stream anew, as at the start of the program: for programs that make one model after
/// another and want each to be as it would be alone. What exists already keeps its name, its weights
/// and its own random streams; registered classes and numbers of threads stay. May be called while
/// other threads make layers.
///
/// See https://keras.io/api/utils/config_utils/, where the stream starts from a random seed instead.
void clear_session();

}  // namespace strata
