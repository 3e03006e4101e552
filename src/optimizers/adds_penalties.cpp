// Which optimizers add the gradients of penalties in their own pass over the weights.
#include <algorithm>
#include <typeindex>

#include "strata/optimizers/adadelta.hpp"
#include "strata/optimizers/adagrad.hpp"
#include "strata/optimizers/adam.hpp"
#include "strata/optimizers/adam_w.hpp"
#include "strata/optimizers/adamax.hpp"
#include "strata/optimizers/nadam.hpp"
#include "strata/optimizers/rmsprop.hpp"
#include "strata/optimizers/sgd.hpp"

namespace strata {

// A derived class may look at the gradients that its `update` gets, so it gets them whole.
bool Optimizer::adds_penalties() const {
  using namespace optimizers;
  const std::type_index adding[] = {typeid(SGD),    typeid(RMSprop), typeid(Adam),
                                    typeid(AdamW),  typeid(Nadam),   typeid(Adagrad),
                                    typeid(Adamax), typeid(Adadelta)};
  const bool clips = options_.clipnorm || options_.clipvalue || options_.global_clipnorm;
  return !clips && !options_.gradient_accumulation_steps &&
         std::find(std::begin(adding), std::end(adding), typeid(*this)) != std::end(adding);
}

}  // namespace strata
