// The one list of the classes that configs and strings name: one line per class. A class left off
// this list fails its row of the layer contract, not a user's load. It alone of the sources includes
// all of Strata, so that one more class is one more line.
#include "builtins.hpp"

#include "core/registry.hpp"
#include "losses/resolved_crossentropy.hpp"
#include "metrics/resolved_accuracy.hpp"
#include "strata/strata.hpp"

namespace strata::registry {
namespace {

using Make = std::shared_ptr<void> (*)(const Config&);

// What is the same for all classes of a family. Template code is compiled for each of them, so
// `Listing` leaves what it can to this.
struct Family {
  const std::type_info* base;
  const char* module;

  void add(const std::type_info& type, const char* name, Make make,
           const Identifiers& identifiers) const {
    add_builtin({base, &type, module, name, {}, make}, identifiers);
  }
  void add(const std::type_info& type, const char* name, Make make) const {
    add(type, name, make, {});
  }

  void add_own(const std::type_info& type, const char* name, Make make,
               const Identifiers& identifiers) const {
    add_builtin({base, &type, "strata_keras", name, std::string("strata>") + name, make},
                identifiers);
  }
  void add_own(const std::type_info& type, const char* name, Make make) const {
    add_own(type, name, make, {});
  }
};

// The built-in classes of one family.
template <class Base>
class Listing {
 public:
  explicit Listing(const char* module, const Naming& naming = {}) : family_{&typeid(Base), module} {
    set_naming(typeid(Base), naming);
  }

  template <class T>
  void add(const char* name) const {
    family_.add(typeid(T), name, &make<T>);
  }
  template <class T>
  void add(const char* name, const Identifiers& identifiers) const {
    family_.add(typeid(T), name, &make<T>, identifiers);
  }

  // A class that Keras lacks, under the package by which Keras registers its twin.
  template <class T>
  void add_own(const char* name) const {
    family_.add_own(typeid(T), name, &make<T>);
  }
  template <class T>
  void add_own(const char* name, const Identifiers& identifiers) const {
    family_.add_own(typeid(T), name, &make<T>, identifiers);
  }

  // One more string for a class that was added.
  void alias(const std::string& name, const std::string& class_name) const {
    add_alias(typeid(Base), name, class_name);
  }

  // A string, in any case, whose object chooses among classes by the shapes that it sees. Configs
  // keep the string.
  template <class T>
  void add_choice(const std::vector<std::string>& names) const {
    registry::add_choice({family_.base, &typeid(T), family_.module, "", {}, &make_named<T>}, names);
  }

 private:
  template <class T>
  static std::shared_ptr<void> make(const Config& config) {
    return shared(std::make_unique<T>(T::from_config(config)));
  }

  template <class T>
  static std::shared_ptr<void> make_named(const Config& config) {
    return shared(std::make_unique<T>(config.at("name").get<std::string>()));
  }

  // Metrics are told their class, so that they can be copied.
  template <class T>
  static std::shared_ptr<void> shared(std::unique_ptr<T> made) {
    if constexpr (requires { made->template set_class<T>(); }) made->template set_class<T>();
    return std::shared_ptr<Base>(std::unique_ptr<Base>(std::move(made)));
  }

  Family family_;
};

}  // namespace

void list_builtins() {
  const Listing<Constraint> constraint("keras.constraints", {.users_classes = true});
  constraint.add<constraints::MaxNorm>("MaxNorm");
  constraint.add<constraints::MinMaxNorm>("MinMaxNorm");
  constraint.add<constraints::NonNeg>("NonNeg");
  constraint.add<constraints::UnitNorm>("UnitNorm");
  constraint.add_own<constraints::Chain>("Chain", {.strings = false});
  constraint.add_own<constraints::KeepZeros>("KeepZeros");

  const Listing<Initializer> initializer("keras.initializers", {.users_classes = true});
  initializer.add<initializers::Constant>("Constant");
  initializer.add<initializers::GlorotNormal>("GlorotNormal");
  initializer.add<initializers::GlorotUniform>("GlorotUniform");
  initializer.add<initializers::HeNormal>("HeNormal");
  initializer.add<initializers::HeUniform>("HeUniform");
  initializer.add<initializers::Identity>("Identity");
  initializer.add<initializers::LecunNormal>("LecunNormal");
  initializer.add<initializers::LecunUniform>("LecunUniform");
  initializer.add<initializers::Ones>("Ones");
  initializer.add<initializers::Orthogonal>("Orthogonal");
  initializer.add<initializers::RandomNormal>("RandomNormal");
  initializer.add<initializers::RandomUniform>("RandomUniform");
  initializer.add<initializers::TruncatedNormal>("TruncatedNormal");
  initializer.add<initializers::VarianceScaling>("VarianceScaling");
  initializer.add<initializers::Zeros>("Zeros");
  initializer.alias("IdentityInitializer", "Identity");
  initializer.alias("OrthogonalInitializer", "Orthogonal");
  initializer.alias("normal", "RandomNormal");
  initializer.alias("one", "Ones");
  initializer.alias("uniform", "RandomUniform");
  initializer.alias("zero", "Zeros");

  const Listing<Layer> layer("keras.layers");
  layer.add<layers::Activation>("Activation");
  layer.add<layers::ActivityRegularization>("ActivityRegularization");
  layer.add<layers::BatchNormalization>("BatchNormalization");
  layer.add<layers::Bidirectional>("Bidirectional");
  layer.add<layers::Dense>("Dense");
  layer.add<layers::Dropout>("Dropout");
  layer.add<layers::Embedding>("Embedding");
  layer.add<layers::Flatten>("Flatten");
  layer.add<layers::GRU>("GRU");
  layer.add<layers::GRUCell>("GRUCell");
  layer.add<layers::Input>("InputLayer");
  layer.add<layers::LSTM>("LSTM");
  layer.add<layers::LSTMCell>("LSTMCell");
  layer.add<layers::Masking>("Masking");
  layer.add<layers::ReLU>("ReLU");
  layer.add<layers::Reshape>("Reshape");
  layer.add<layers::RNN>("RNN");
  layer.add<layers::SimpleRNN>("SimpleRNN");
  layer.add<layers::SimpleRNNCell>("SimpleRNNCell");
  layer.add<layers::Softmax>("Softmax");
  layer.add<layers::StackedRNNCells>("StackedRNNCells");
  layer.add<layers::TimeDistributed>("TimeDistributed");
  layer.add<layers::Conv1D>("Conv1D");
  layer.add<layers::Conv2D>("Conv2D");
  layer.add<layers::Conv3D>("Conv3D");
  layer.add<layers::MaxPooling1D>("MaxPooling1D");
  layer.add<layers::MaxPooling2D>("MaxPooling2D");
  layer.add<layers::MaxPooling3D>("MaxPooling3D");
  layer.add<layers::AveragePooling1D>("AveragePooling1D");
  layer.add<layers::AveragePooling2D>("AveragePooling2D");
  layer.add<layers::AveragePooling3D>("AveragePooling3D");
  layer.add<layers::GlobalMaxPooling1D>("GlobalMaxPooling1D");
  layer.add<layers::GlobalMaxPooling2D>("GlobalMaxPooling2D");
  layer.add<layers::GlobalMaxPooling3D>("GlobalMaxPooling3D");
  layer.add<layers::GlobalAveragePooling1D>("GlobalAveragePooling1D");
  layer.add<layers::GlobalAveragePooling2D>("GlobalAveragePooling2D");
  layer.add<layers::GlobalAveragePooling3D>("GlobalAveragePooling3D");
  layer.add<layers::AdaptiveAveragePooling1D>("AdaptiveAveragePooling1D");
  layer.add<layers::AdaptiveAveragePooling2D>("AdaptiveAveragePooling2D");
  layer.add<layers::AdaptiveAveragePooling3D>("AdaptiveAveragePooling3D");
  layer.add<layers::AdaptiveMaxPooling1D>("AdaptiveMaxPooling1D");
  layer.add<layers::AdaptiveMaxPooling2D>("AdaptiveMaxPooling2D");
  layer.add<layers::AdaptiveMaxPooling3D>("AdaptiveMaxPooling3D");
  layer.add<layers::CenterCrop>("CenterCrop");
  layer.add<layers::Conv1DTranspose>("Conv1DTranspose");
  layer.add<layers::Conv2DTranspose>("Conv2DTranspose");
  layer.add<layers::Conv3DTranspose>("Conv3DTranspose");
  layer.add<layers::Cropping1D>("Cropping1D");
  layer.add<layers::Cropping2D>("Cropping2D");
  layer.add<layers::Cropping3D>("Cropping3D");
  layer.add<layers::DepthwiseConv1D>("DepthwiseConv1D");
  layer.add<layers::DepthwiseConv2D>("DepthwiseConv2D");
  layer.add<layers::Permute>("Permute");
  layer.add<layers::RandomBrightness>("RandomBrightness");
  layer.add<layers::RandomContrast>("RandomContrast");
  layer.add<layers::RandomCrop>("RandomCrop");
  layer.add<layers::RandomFlip>("RandomFlip");
  layer.add<layers::RandomRotation>("RandomRotation");
  layer.add<layers::RandomTranslation>("RandomTranslation");
  layer.add<layers::RandomZoom>("RandomZoom");
  layer.add<layers::RepeatVector>("RepeatVector");
  layer.add<layers::Resizing>("Resizing");
  layer.add<layers::SeparableConv1D>("SeparableConv1D");
  layer.add<layers::SeparableConv2D>("SeparableConv2D");
  layer.add<layers::UpSampling1D>("UpSampling1D");
  layer.add<layers::UpSampling2D>("UpSampling2D");
  layer.add<layers::UpSampling3D>("UpSampling3D");
  layer.add<layers::ZeroPadding1D>("ZeroPadding1D");
  layer.add<layers::ZeroPadding2D>("ZeroPadding2D");
  layer.add<layers::ZeroPadding3D>("ZeroPadding3D");
  for (const std::string axes : {"1D", "2D", "3D"}) {  // Keras's other names
    layer.alias("AvgPool" + axes, "AveragePooling" + axes);
    layer.alias("Convolution" + axes, "Conv" + axes);
    layer.alias("Convolution" + axes + "Transpose", "Conv" + axes + "Transpose");
    layer.alias("GlobalAvgPool" + axes, "GlobalAveragePooling" + axes);
    layer.alias("GlobalMaxPool" + axes, "GlobalMaxPooling" + axes);
    layer.alias("MaxPool" + axes, "MaxPooling" + axes);
  }
  for (const std::string axes : {"1D", "2D"})
    layer.alias("SeparableConvolution" + axes, "SeparableConv" + axes);
  layer.add<layers::AlphaDropout>("AlphaDropout");
  layer.add<layers::ELU>("ELU");
  layer.add<layers::GaussianDropout>("GaussianDropout");
  layer.add<layers::GaussianNoise>("GaussianNoise");
  layer.add<layers::GroupNormalization>("GroupNormalization");
  layer.add<layers::Identity>("Identity");
  layer.add<layers::LayerNormalization>("LayerNormalization");
  layer.add<layers::LeakyReLU>("LeakyReLU");
  layer.add<layers::Normalization>("Normalization");
  layer.add<layers::PReLU>("PReLU");
  layer.add<layers::RMSNormalization>("RMSNormalization");
  layer.add<layers::Rescaling>("Rescaling");
  layer.add<layers::SpatialDropout1D>("SpatialDropout1D");
  layer.add<layers::SpatialDropout2D>("SpatialDropout2D");
  layer.add<layers::SpatialDropout3D>("SpatialDropout3D");
  layer.add<layers::SpectralNormalization>("SpectralNormalization");
  layer.add<layers::UnitNormalization>("UnitNormalization");
  layer.add_own<layers::Select>("Select");
  Listing<Layer>("keras").add<Sequential>("Sequential");

  const Listing<Loss> loss("keras.losses");
  loss.add<losses::MeanSquaredError>("MeanSquaredError", {.aliases = {"mse", "MSE"}});
  loss.add<losses::MeanAbsoluteError>("MeanAbsoluteError", {.aliases = {"mae", "MAE"}});
  loss.add<losses::MeanAbsolutePercentageError>("MeanAbsolutePercentageError",
                                                {.aliases = {"mape", "MAPE"}});
  loss.add<losses::MeanSquaredLogarithmicError>("MeanSquaredLogarithmicError",
                                                {.aliases = {"msle", "MSLE"}});
  loss.add<losses::BinaryCrossentropy>("BinaryCrossentropy", {.aliases = {"bce", "BCE"}});
  loss.add<losses::BinaryFocalCrossentropy>("BinaryFocalCrossentropy");
  loss.add<losses::CategoricalCrossentropy>("CategoricalCrossentropy");
  loss.add<losses::CategoricalFocalCrossentropy>("CategoricalFocalCrossentropy");
  loss.add<losses::CategoricalGeneralizedCrossEntropy>("CategoricalGeneralizedCrossEntropy");
  loss.add<losses::SparseCategoricalCrossentropy>("SparseCategoricalCrossentropy");
  loss.add<losses::KLDivergence>("KLDivergence", {.aliases = {"kld", "KLD"}});
  loss.add<losses::Poisson>("Poisson");
  loss.add<losses::Huber>("Huber");
  loss.add<losses::LogCosh>("LogCosh");
  loss.add<losses::CosineSimilarity>("CosineSimilarity");
  loss.add<losses::Hinge>("Hinge");
  loss.add<losses::SquaredHinge>("SquaredHinge");
  loss.add<losses::CategoricalHinge>("CategoricalHinge");
  loss.add<losses::Dice>("Dice");
  loss.add<losses::Tversky>("Tversky");
  loss.add<losses::Circle>("Circle");
  loss.add_choice<losses::ResolvedCrossentropy>({"crossentropy", "ce"});

  const Listing<Metric> metric("keras.metrics", {.names_objects = true});
  metric.add_choice<metrics::ResolvedAccuracy>({"accuracy", "acc"});
  metric.add<metrics::MeanSquaredError>("MeanSquaredError", {.aliases = {"mse", "MSE"}});
  metric.add<metrics::RootMeanSquaredError>("RootMeanSquaredError");
  metric.add<metrics::MeanAbsoluteError>("MeanAbsoluteError", {.aliases = {"mae", "MAE"}});
  metric.add<metrics::MeanAbsolutePercentageError>("MeanAbsolutePercentageError",
                                                   {.aliases = {"mape", "MAPE"}});
  metric.add<metrics::MeanSquaredLogarithmicError>("MeanSquaredLogarithmicError",
                                                   {.aliases = {"msle", "MSLE"}});
  metric.add<metrics::CosineSimilarity>("CosineSimilarity");
  metric.add<metrics::LogCoshError>("LogCoshError");
  metric.add<metrics::BinaryAccuracy>("BinaryAccuracy");
  metric.add<metrics::CategoricalAccuracy>("CategoricalAccuracy");
  metric.add<metrics::SparseCategoricalAccuracy>("SparseCategoricalAccuracy");
  metric.add<metrics::TopKCategoricalAccuracy>("TopKCategoricalAccuracy");
  metric.add<metrics::SparseTopKCategoricalAccuracy>("SparseTopKCategoricalAccuracy");
  metric.add<metrics::BinaryCrossentropy>("BinaryCrossentropy", {.aliases = {"bce", "BCE"}});
  metric.add<metrics::CategoricalCrossentropy>("CategoricalCrossentropy");
  metric.add<metrics::SparseCategoricalCrossentropy>("SparseCategoricalCrossentropy");
  metric.add<metrics::KLDivergence>("KLDivergence");
  metric.add<metrics::Poisson>("Poisson");
  metric.add<metrics::Hinge>("Hinge");
  metric.add<metrics::SquaredHinge>("SquaredHinge");
  metric.add<metrics::CategoricalHinge>("CategoricalHinge");
  metric.add<metrics::AUC>("AUC");
  metric.add<metrics::BinaryIoU>("BinaryIoU");
  metric.add<metrics::ConcordanceCorrelation>("ConcordanceCorrelation");
  metric.add<metrics::F1Score>("F1Score");
  metric.add<metrics::FBetaScore>("FBetaScore");
  metric.add<metrics::FalseNegatives>("FalseNegatives");
  metric.add<metrics::FalsePositives>("FalsePositives");
  metric.add<metrics::IoU>("IoU");
  metric.add<metrics::Mean>("Mean");
  metric.add<metrics::MeanIoU>("MeanIoU");
  metric.add<metrics::MeanMetricWrapper>("MeanMetricWrapper");
  metric.add<metrics::OneHotIoU>("OneHotIoU");
  metric.add<metrics::OneHotMeanIoU>("OneHotMeanIoU");
  metric.add<metrics::PearsonCorrelation>("PearsonCorrelation");
  metric.add<metrics::Precision>("Precision");
  metric.add<metrics::PrecisionAtRecall>("PrecisionAtRecall");
  metric.add<metrics::R2Score>("R2Score");
  metric.add<metrics::Recall>("Recall");
  metric.add<metrics::RecallAtPrecision>("RecallAtPrecision");
  metric.add<metrics::SensitivityAtSpecificity>("SensitivityAtSpecificity");
  metric.add<metrics::SpecificityAtSensitivity>("SpecificityAtSensitivity");
  metric.add<metrics::Sum>("Sum");
  metric.add<metrics::TrueNegatives>("TrueNegatives");
  metric.add<metrics::TruePositives>("TruePositives");
  metric.add<metrics::Accuracy>("Accuracy");  // in configs: as a string it is the choice above

  const Listing<Optimizer> optimizer(
      "keras.optimizers", {.any_case = true, .snake_case = false, .users_classes = true});
  optimizer.add<optimizers::Adadelta>("Adadelta");
  optimizer.add<optimizers::Adafactor>("Adafactor");
  optimizer.add<optimizers::Adagrad>("Adagrad");
  optimizer.add<optimizers::Adam>("Adam");
  optimizer.add<optimizers::Adamax>("Adamax");
  optimizer.add<optimizers::AdamW>("AdamW");
  optimizer.add<optimizers::Ftrl>("Ftrl");
  optimizer.add<optimizers::Lamb>("Lamb");
  optimizer.add<optimizers::Lion>("Lion");
  optimizer.add<optimizers::Nadam>("Nadam");
  optimizer.add<optimizers::RMSprop>("RMSprop");
  optimizer.add<optimizers::SGD>("SGD");

  const Listing<LearningRateSchedule> schedule("keras.optimizers.schedules");
  schedule.add<optimizers::schedules::CosineDecay>("CosineDecay");
  schedule.add<optimizers::schedules::CosineDecayRestarts>("CosineDecayRestarts");
  schedule.add<optimizers::schedules::ExponentialDecay>("ExponentialDecay");
  schedule.add<optimizers::schedules::InverseTimeDecay>("InverseTimeDecay");
  schedule.add<optimizers::schedules::PiecewiseConstantDecay>("PiecewiseConstantDecay");
  schedule.add<optimizers::schedules::PolynomialDecay>("PolynomialDecay");

  const Listing<Regularizer> regularizer(
      "keras.regularizers",
      {.any_case = true,
       .first = {"l1", "l2", "l1_l2", "l1l2", "L1", "L2", "L1L2", "orthogonal_regularizer"}});
  regularizer.add<regularizers::L1>("L1");
  regularizer.add<regularizers::L2>("L2");
  regularizer.add<regularizers::L1L2>(
      "L1L2", {.aliases = {"l1_l2"}, .config = {{"l1", 0.01}, {"l2", 0.01}}});
  regularizer.add<regularizers::OrthogonalRegularizer>("OrthogonalRegularizer");
  regularizer.add_own<regularizers::GroupLasso>("GroupLasso");
  regularizer.add_own<regularizers::HoyerSquare>("HoyerSquare");
  regularizer.add_own<regularizers::KLSparsity>("KLSparsity");
  regularizer.add_own<regularizers::NuclearNorm>("NuclearNorm");
  regularizer.add_own<regularizers::SoftOrthogonal>("SoftOrthogonal");
  regularizer.add_own<regularizers::SparseGroupLasso>("SparseGroupLasso");
  regularizer.add_own<regularizers::SpectralNorm>("SpectralNorm");
  regularizer.add_own<regularizers::Sum>("Sum", {.strings = false});
  regularizer.add_own<regularizers::TotalVariation>("TotalVariation");
  regularizer.add_own<regularizers::Towards>("Towards", {.strings = false});
  regularizer.add_own<regularizers::Proximal>("Proximal", {.strings = false});
  regularizer.add_own<regularizers::Scheduled>("Scheduled", {.strings = false});
}

}  // namespace strata::registry
