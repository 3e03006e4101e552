// RuleSpec: what a slot holds. One template serves every family of rules: regularizers,
// initializers, constraints, activations, losses, metrics, optimizers.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "strata/core/config.hpp"

namespace strata {

namespace detail {

template <class Function, class F>
struct CallResult;
template <class R, class... Args, class F>
struct CallResult<std::function<R(Args...)>, F> {
  using Expected = R;
  // `nullptr` converts to a std::function too, and can't be called.
  using Type =
      typename std::conditional_t<std::is_invocable_v<F&, Args...>, std::invoke_result<F&, Args...>,
                                  std::type_identity<R>>::type;
};

}  // namespace detail

/// A callable whose result is not a `Tensor` but converts to one, in a family whose rules must be
/// differentiable. A number, or another library's array, has left the tape: it would count in the
/// reported loss without having a gradient.
template <class F, class Rule>
concept ReturnsNoTensor = requires {
  requires Rule::kTrains;
}
&&!std::derived_from<
    std::remove_cvref_t<typename detail::CallResult<typename Rule::Function, F>::Type>,
    typename detail::CallResult<typename Rule::Function, F>::Expected>;

/// A rule, or nothing: built from `nullptr`, a string identifier, an object, a shared object, a
/// callable, or a config. All but a callable's behaviour is checked at once; what can't be resolved
/// raises InvalidArgument and names the choices.
///
/// `Rule` is the family's base class, const for rules without state of their own. It has
///   `using Function = std::function<…>;`                          what a callable must look like
///   `static constexpr bool kTrains = true;`                       if callables must stay on the tape
///   `static std::shared_ptr<Rule> from_identifier(std::string_view);`
///   `static std::shared_ptr<Rule> from_object(const Config&);`    a config as `serialize` makes it
///   `static std::shared_ptr<Rule> from_function(Function, std::string registered_name);`
template <class Rule>
class RuleSpec {
 public:
  RuleSpec() = default;
  RuleSpec(std::nullptr_t) {}
  RuleSpec(const char* identifier) : RuleSpec(std::string_view(identifier)) {}
  RuleSpec(const std::string& identifier) : RuleSpec(std::string_view(identifier)) {}
  RuleSpec(std::string_view identifier)
      : rule_(Rule::from_identifier(identifier)), identifier_(identifier) {}
  RuleSpec(const Config& config) : rule_(Rule::from_object(config)) {}

  template <class R>
  requires(!std::same_as<R, RuleSpec> && std::derived_from<R, std::remove_const_t<Rule>>)
      RuleSpec(R rule)
      : rule_(std::make_shared<R>(std::move(rule))) {
    tell_class<R>();
  }

  template <class R>
  requires(std::derived_from<std::remove_const_t<R>, std::remove_const_t<Rule>> &&
           (std::is_const_v<Rule> || !std::is_const_v<R>)) RuleSpec(std::shared_ptr<R> rule)
      : rule_(std::move(rule)) {
    tell_class<R>();
  }

  template <class F>
  requires(!std::same_as<F, RuleSpec> && !std::derived_from<F, std::remove_const_t<Rule>> &&
           !std::is_pointer_v<F> && std::convertible_to<F, typename Rule::Function> &&
           !ReturnsNoTensor<F, Rule>) RuleSpec(F callable) {
    std::string name;  // of a callable that was registered
    if constexpr (requires { callable.registered_name(); }) name = callable.registered_name();
    rule_ = Rule::from_function(std::move(callable), std::move(name));
  }

  template <class F>
  requires(!std::same_as<F, RuleSpec> && !std::derived_from<F, std::remove_const_t<Rule>> &&
           std::convertible_to<F, typename Rule::Function> && ReturnsNoTensor<F, Rule>)
      RuleSpec(F callable)
  = delete;  // The callable must return a strata::Tensor: a number has no gradient.

  /// A plain function.
  template <class Result, class... Args>
  requires(std::convertible_to<Result (*)(Args...), typename Rule::Function> &&
           !ReturnsNoTensor<Result (*)(Args...), Rule>) RuleSpec(Result (*function)(Args...))
      : rule_(Rule::from_function(function, {})) {}

  explicit operator bool() const { return rule_ != nullptr; }
  const std::shared_ptr<Rule>& rule() const { return rule_; }
  /// The string this came from, if it came from one.
  const std::string& identifier() const { return identifier_; }
  Rule* operator->() const { return rule_.get(); }
  Rule& operator*() const { return *rule_; }

  /// Calls the rule, by the family's `checked_call` if it has one.
  template <class... Args>
  requires(std::invocable<Rule&, Args...>) decltype(auto) operator()(Args&&... args) const {
    if constexpr (requires { Rule::checked_call(*rule_, args...); }) {
      return Rule::checked_call(*rule_, std::forward<Args>(args)...);
    } else {
      return (*rule_)(std::forward<Args>(args)...);
    }
  }

 private:
  // A family whose rules are copied later must store how to copy them while the class is known.
  template <class R>
  void tell_class() {
    if constexpr (requires(Rule & rule) { rule.template set_class<R>(); }) {
      if (rule_ != nullptr) rule_->template set_class<R>();
    }
  }

  std::shared_ptr<Rule> rule_;
  std::string identifier_;
};

}  // namespace strata
