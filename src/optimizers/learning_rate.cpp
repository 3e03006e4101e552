// Learning rates and schedules: what is checked when they are made, and their configs.
#include "strata/optimizers/learning_rate.hpp"

#include "core/callable_rule.hpp"
#include "core/check.hpp"
#include "core/registry.hpp"
#include "optimizers/options.hpp"

namespace strata {
namespace {

class CallableSchedule : public LearningRateSchedule {
 public:
  explicit CallableSchedule(std::function<float(std::int64_t)> callable)
      : callable_(std::move(callable)) {
    check(callable_ != nullptr, "LearningRate",
          "a callable must not be empty. Received: an empty "
          "std::function.");
  }

  float operator()(std::int64_t step) const override { return callable_(step); }
  Config get_config() const override {
    raise("LearningRate",
          "a callable can't be written into a config: derive a class from LearningRateSchedule and "
          "register it with register_serializable. Received: a callable.");
  }

 private:
  std::function<float(std::int64_t)> callable_;
};

}  // namespace

Config LearningRateSchedule::get_config() const {
  refuse_config(registry::class_name_of(typeid(*this)));
}

LearningRate::LearningRate(std::shared_ptr<const LearningRateSchedule> schedule)
    : schedule_(std::move(schedule)) {
  check(schedule_ != nullptr, "LearningRate", "a schedule must not be null. Received: nullptr.");
}

LearningRate::LearningRate(std::function<float(std::int64_t)> callable, Callable)
    : schedule_(std::make_shared<const CallableSchedule>(std::move(callable))) {}

LearningRate LearningRate::from_object(const Config& config) {
  if (const auto* in_memory = optimizers::SchedulesInMemory::innermost()) {
    if (const auto found = in_memory->find(config)) return *found;
  }
  return registry::read<LearningRateSchedule>("LearningRateSchedule", config);
}

Config to_config(const LearningRate& rate) {
  if (!rate.schedule()) return to_config(rate.at(0));
  if (auto* in_memory = optimizers::SchedulesInMemory::innermost()) return in_memory->add(rate);
  return optimizers::schedules::serialize(*rate.schedule());
}

namespace optimizers {

thread_local constinit SchedulesInMemory* SchedulesInMemory::innermost_ = nullptr;

Config SchedulesInMemory::add(const LearningRate& schedule) {
  schedules_.push_back(schedule);
  return {{"schedule_in_memory", schedules_.size() - 1}};
}

std::optional<LearningRate> SchedulesInMemory::find(const Config& config) const {
  const auto place = config.find("schedule_in_memory");
  if (place == config.end()) return {};
  return schedules_.at(place->get<std::size_t>());
}

namespace schedules {

Config serialize(const LearningRateSchedule& schedule) {
  return registry::object_config(typeid(schedule), schedule.get_config());
}

std::shared_ptr<const LearningRateSchedule> deserialize(const Config& config) {
  return registry::read<LearningRateSchedule>("LearningRateSchedule", config);
}

}  // namespace schedules
}  // namespace optimizers
}  // namespace strata
