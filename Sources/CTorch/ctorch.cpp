// Implements ctorch.h over libtorch. Without the trait LibTorch it compiles to nothing.
#ifdef FUSION_BENCH_LIBTORCH

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>
#include <dlfcn.h>
#include <torch/cuda.h>
#include <torch/version.h>

#include <cstring>
#include <exception>
#include <vector>

#include "ctorch.h"

struct ctorch_tensor {
  at::Tensor value;
};

namespace {

void copy_message(ctorch_error error, const char *message) noexcept {
  if (error.capacity == 0) return;
  size_t length = std::strlen(message);
  while (length > 0 && (message[length - 1] == '\n' || message[length - 1] == ' ')) length -= 1;
  if (length >= error.capacity) length = error.capacity - 1;
  for (size_t i = 0; i < length; i++) {
    error.text[i] = message[i] == '\n' || message[i] == '\r' ? ' ' : message[i];
  }
  error.text[length] = 0;
}

// Runs `body` without gradients; no exception leaves.
template <class Body>
ctorch_status guarded(ctorch_error error, Body body) noexcept {
  try {
    c10::NoGradGuard no_gradients;
    body();
    return CTORCH_OK;
  } catch (const c10::Error &failure) {
    copy_message(error, failure.what_without_backtrace());
  } catch (const std::exception &failure) {
    copy_message(error, failure.what());
  } catch (...) {
    copy_message(error, "an exception of unknown type");
  }
  return CTORCH_FAILED;
}

// Runs `body`, which returns a tensor, and hands the tensor over.
template <class Body>
ctorch_status making(ctorch_out out, ctorch_error error, Body body) noexcept {
  return guarded(error, [&] { *out = new ctorch_tensor{body()}; });
}

at::Device device_of(ctorch_device device) {
  switch (device.kind) {
    case CTORCH_CPU: return at::Device(at::kCPU);
    case CTORCH_CUDA: return at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(device.index));
    default: TORCH_CHECK(false, "unknown kind of device ", device.kind);
  }
}

at::ScalarType type_of(ctorch_dtype dtype) {
  switch (dtype) {
    case CTORCH_FLOAT32: return at::kFloat;
    case CTORCH_INT64: return at::kLong;
    default: TORCH_CHECK(false, "unknown element type ", dtype);
  }
}

at::IntArrayRef list(const int64_t *sizes, int32_t rank) {
  TORCH_CHECK(rank >= 0, "negative rank");
  return at::IntArrayRef(sizes, static_cast<size_t>(rank));
}

at::Tensor optional(const ctorch_tensor *tensor) { return tensor ? tensor->value : at::Tensor(); }

ctorch_status set_threads(int32_t count, ctorch_error error) {
  return guarded(error, [&] {
    TORCH_CHECK(count > 0, "the number of threads is ", count, "; it must be at least 1");
    at::set_num_threads(count);
    // Where matrix products are OpenBLAS's it counts its own threads.
    using set_blas_threads = void (*)(int);
    auto set = reinterpret_cast<set_blas_threads>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
    if (set) set(count);
  });
}

ctorch_status get_threads(int32_t *count, ctorch_error error) {
  return guarded(error, [&] { *count = at::get_num_threads(); });
}

ctorch_status device_count(ctorch_device_kind kind, int32_t *count, ctorch_error error) {
  return guarded(error, [&] {
    switch (kind) {
      case CTORCH_CPU: *count = 1; break;
      case CTORCH_CUDA:
        *count = torch::cuda::is_available() ? static_cast<int32_t>(torch::cuda::device_count()) : 0;
        break;
      default: TORCH_CHECK(false, "unknown kind of device ", kind);
    }
  });
}

ctorch_status tensor_make(const void *data, ctorch_dtype dtype, const int64_t *sizes, int32_t rank,
                          ctorch_device device, ctorch_out out, ctorch_error error) {
  return making(out, error, [&] {
    at::Tensor tensor = at::empty(list(sizes, rank), at::TensorOptions().dtype(type_of(dtype)));
    if (tensor.nbytes() > 0) std::memcpy(tensor.data_ptr(), data, tensor.nbytes());
    return tensor.to(device_of(device));
  });
}

void tensor_free(ctorch_tensor *tensor) { delete tensor; }

ctorch_status tensor_rank(const ctorch_tensor *tensor, int32_t *rank, ctorch_error error) {
  return guarded(error, [&] { *rank = static_cast<int32_t>(tensor->value.dim()); });
}

ctorch_status tensor_sizes(const ctorch_tensor *tensor, int64_t *sizes, int32_t rank,
                           ctorch_error error) {
  return guarded(error, [&] {
    TORCH_CHECK(rank == tensor->value.dim(), "asked for ", rank, " sizes of a tensor that has ",
                tensor->value.dim());
    for (int32_t i = 0; i < rank; i++) sizes[i] = tensor->value.size(i);
  });
}

ctorch_status tensor_read(const ctorch_tensor *tensor, ctorch_dtype dtype, void *destination,
                          int64_t count, ctorch_error error) {
  return guarded(error, [&] {
    TORCH_CHECK(count == tensor->value.numel(), "asked for ", count,
                " elements of a tensor that has ", tensor->value.numel());
    at::Tensor source = tensor->value.to(at::Device(at::kCPU), type_of(dtype)).contiguous();
    if (source.nbytes() > 0) std::memcpy(destination, source.data_ptr(), source.nbytes());
  });
}

ctorch_status reshape(const ctorch_tensor *input, const int64_t *sizes, int32_t rank,
                      ctorch_out out, ctorch_error error) {
  return making(out, error, [&] { return input->value.reshape(list(sizes, rank)); });
}

ctorch_status expand(const ctorch_tensor *input, const int64_t *sizes, int32_t rank,
                     ctorch_out out, ctorch_error error) {
  return making(out, error, [&] { return input->value.expand(list(sizes, rank)); });
}

ctorch_status transpose(const ctorch_tensor *input, int64_t first, int64_t second,
                        ctorch_out out, ctorch_error error) {
  return making(out, error, [&] { return input->value.transpose(first, second); });
}

ctorch_status select(const ctorch_tensor *input, int64_t dimension, int64_t index,
                     ctorch_out out, ctorch_error error) {
  return making(out, error, [&] { return input->value.select(dimension, index); });
}

ctorch_status cat(const ctorch_tensor *const *inputs, int32_t count, int64_t dimension,
                  ctorch_out out, ctorch_error error) {
  return making(out, error, [&] {
    std::vector<at::Tensor> parts;
    for (int32_t i = 0; i < count; i++) {
      TORCH_CHECK(inputs[i], "part ", i, " is missing");
      parts.push_back(inputs[i]->value);
    }
    return at::cat(parts, dimension);
  });
}

ctorch_status add(const ctorch_tensor *left, const ctorch_tensor *right, ctorch_out out,
                  ctorch_error error) {
  return making(out, error, [&] { return at::add(left->value, right->value); });
}

ctorch_status multiply(const ctorch_tensor *left, const ctorch_tensor *right, ctorch_out out,
                       ctorch_error error) {
  return making(out, error, [&] { return at::mul(left->value, right->value); });
}

ctorch_status scale(const ctorch_tensor *input, double factor, ctorch_out out,
                    ctorch_error error) {
  return making(out, error, [&] { return at::mul(input->value, factor); });
}

ctorch_status matmul(const ctorch_tensor *left, const ctorch_tensor *right, ctorch_out out,
                     ctorch_error error) {
  return making(out, error, [&] { return at::matmul(left->value, right->value); });
}

ctorch_status linear(const ctorch_tensor *input, const ctorch_tensor *weight,
                     const ctorch_tensor *bias, ctorch_out out, ctorch_error error) {
  return making(out, error, [&] {
    return bias ? at::linear(input->value, weight->value, bias->value)
                : at::linear(input->value, weight->value);
  });
}

ctorch_status conv2d(const ctorch_tensor *input, const ctorch_tensor *weight,
                     const ctorch_tensor *bias, int64_t stride, int64_t padding,
                     ctorch_out out, ctorch_error error) {
  return making(out, error, [&] {
    return at::conv2d(input->value, weight->value, optional(bias), stride, padding);
  });
}

ctorch_status layer_norm(const ctorch_tensor *input, const ctorch_tensor *weight,
                         const ctorch_tensor *bias, double epsilon, ctorch_out out,
                         ctorch_error error) {
  return making(out, error, [&] {
    return at::layer_norm(input->value, {input->value.size(-1)}, weight->value, bias->value,
                          epsilon);
  });
}

ctorch_status gelu(const ctorch_tensor *input, ctorch_out out, ctorch_error error) {
  return making(out, error, [&] { return at::gelu(input->value); });
}

ctorch_status quick_gelu(const ctorch_tensor *input, ctorch_out out, ctorch_error error) {
  return making(out, error, [&] {
    at::Tensor gate = at::mul(input->value, 1.702);
    return gate.sigmoid_().mul_(input->value);
  });
}

ctorch_status softmax(const ctorch_tensor *input, int64_t dimension, ctorch_out out,
                      ctorch_error error) {
  return making(out, error, [&] { return at::softmax(input->value, dimension); });
}

ctorch_status log_softmax(const ctorch_tensor *input, int64_t dimension, ctorch_out out,
                          ctorch_error error) {
  return making(out, error, [&] { return at::log_softmax(input->value, dimension); });
}

ctorch_status normalize(const ctorch_tensor *input, int64_t dimension, ctorch_out out,
                        ctorch_error error) {
  return making(out, error, [&] {
    return at::div(input->value, at::norm(input->value, 2, {dimension}, true));
  });
}

ctorch_status cross_entropy(const ctorch_tensor *logits, const ctorch_tensor *targets,
                            ctorch_out out, ctorch_error error) {
  return making(out, error,
                [&] { return at::cross_entropy_loss(logits->value, targets->value); });
}

ctorch_status argmax(const ctorch_tensor *input, int64_t dimension, ctorch_out out,
                     ctorch_error error) {
  return making(out, error, [&] { return at::argmax(input->value, dimension); });
}

const ctorch_functions functions = {
    CTORCH_ABI_VERSION,
    TORCH_VERSION,
    set_threads,
    get_threads,
    device_count,
    tensor_make,
    tensor_free,
    tensor_rank,
    tensor_sizes,
    tensor_read,
    reshape,
    expand,
    transpose,
    select,
    cat,
    add,
    multiply,
    scale,
    matmul,
    linear,
    conv2d,
    layer_norm,
    gelu,
    quick_gelu,
    softmax,
    log_softmax,
    normalize,
    cross_entropy,
    argmax,
};

}  // namespace

extern "C" __attribute__((visibility("default"))) const ctorch_functions *ctorch_api(void) {
  return &functions;
}

#endif
