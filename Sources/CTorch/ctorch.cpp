// Implements ctorch.h over libtorch. Without the trait LibTorch it compiles to nothing.
#ifdef FUSION_BENCH_LIBTORCH

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>
#include <dlfcn.h>
#include <torch/cuda.h>
#include <torch/version.h>

#include <algorithm>
#include <climits>
#include <cmath>
#include <cstring>
#include <exception>
#include <vector>

#include "ctorch.h"
#include "kernels.h"

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

// Whether C code can work on its elements.
bool is_plain(const at::Tensor &tensor) {
  return tensor.is_cpu() && tensor.scalar_type() == at::kFloat;
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

// sgemm of the BLAS that libtorch brings along; null where it keeps its own to itself.
using blas_sgemm = void (*)(const char *, const char *, const int *, const int *, const int *,
                            const float *, const float *, const int *, const float *, const int *,
                            const float *, float *, const int *);

// A matrix in memory, row-major: its first element, and how far it is from a row to the next.
struct matrix {
  float *elements;
  int step;
};

// product[m][n] = factor · left[m][k] right, where right is [k][n], or [n][k] if it is turned.
void multiply(blas_sgemm sgemm, matrix left, matrix right, bool is_turned, matrix product, int m,
              int n, int k, float factor) {
  // BLAS stores columns: what it multiplies are the transposes, in reverse.
  const float zero = 0;
  sgemm(is_turned ? "T" : "N", "N", &n, &m, &k, &factor, right.elements, &right.step,
        left.elements, &left.step, &zero, product.elements, &product.step);
}

ctorch_status attention(const ctorch_tensor *queries, const ctorch_tensor *keys,
                        const ctorch_tensor *values, int64_t heads, ctorch_out out,
                        ctorch_error error) {
  return making(out, error, [&] {
    const at::Tensor q = queries->value.contiguous(), k = keys->value.contiguous(),
                     v = values->value.contiguous();
    TORCH_CHECK(q.dim() == 3 && k.dim() == 3 && k.sizes() == v.sizes() && k.size(1) > 0 &&
                    q.size(0) == k.size(0) && q.size(2) == k.size(2),
                "queries are ", q.sizes(), ", keys ", k.sizes(), " and values ", v.sizes());
    const int64_t count = q.size(0), asking = q.size(1), tokens = k.size(1), hidden = q.size(2);
    TORCH_CHECK(heads > 0 && hidden > 0 && hidden % heads == 0, heads, " heads do not divide ",
                hidden);
    const int64_t size = hidden / heads;
    const double scale = 1 / std::sqrt(static_cast<double>(size));
    static const auto sgemm = reinterpret_cast<blas_sgemm>(dlsym(RTLD_DEFAULT, "sgemm_"));
    const bool is_within = std::max({asking, tokens, hidden}) <= INT_MAX;
    if (!sgemm || !is_within || !is_plain(q) || !is_plain(k) || !is_plain(v)) {
      auto split = [&](const at::Tensor &x) {
        return x.reshape({count, x.size(1), heads, size}).transpose(1, 2);
      };
      at::Tensor weights = at::matmul(split(at::mul(q, scale)), split(k).transpose(2, 3));
      return at::matmul(at::softmax(weights, -1), split(v)).transpose(1, 2).reshape(q.sizes());
    }
    // libtorch would copy the heads together before it multiplies; BLAS takes them where they are.
    const int m = int(asking), n = int(tokens), width = int(hidden);
    at::Tensor weights = at::empty({count, heads, asking, tokens});
    at::Tensor output = at::empty_like(q);
    auto each_head = [&](auto body) {
      for (int64_t image = 0; image < count; image++) {
        for (int64_t head = 0; head < heads; head++) {
          auto part = [&](const at::Tensor &x) {
            float *elements = x.data_ptr<float>();
            return matrix{elements + image * x.size(1) * hidden + head * size, width};
          };
          float *own = weights.data_ptr<float>() + (image * heads + head) * asking * tokens;
          body(part, matrix{own, n});
        }
      }
    };
    each_head([&](auto part, matrix own) {
      multiply(sgemm, part(q), part(k), true, own, m, n, int(size), static_cast<float>(scale));
    });
    at::softmax_out(weights, weights, -1);
    each_head([&](auto part, matrix own) {
      multiply(sgemm, own, part(v), false, part(output), m, int(size), n, 1);
    });
    return output;
  });
}

ctorch_status layer_norm(const ctorch_tensor *input, const ctorch_tensor *weight,
                         const ctorch_tensor *bias, double epsilon, ctorch_out out,
                         ctorch_error error) {
  return making(out, error, [&] {
    const int64_t size = input->value.size(-1);
    if (!is_plain(input->value) || !is_plain(weight->value) || !is_plain(bias->value)) {
      return at::layer_norm(input->value, {size}, weight->value, bias->value, epsilon);
    }
    TORCH_CHECK(weight->value.numel() == size && bias->value.numel() == size, "weight has ",
                weight->value.numel(), " elements and bias ", bias->value.numel(), ", not ", size);
    const at::Tensor x = input->value.contiguous();
    at::Tensor output = at::empty_like(x);
    ctorch_layer_norm(x.data_ptr<float>(), weight->value.contiguous().data_ptr<float>(),
                      bias->value.contiguous().data_ptr<float>(), static_cast<float>(epsilon),
                      output.data_ptr<float>(), size == 0 ? 0 : x.numel() / size, size);
    return output;
  });
}

ctorch_status gelu(const ctorch_tensor *input, ctorch_out out, ctorch_error error) {
  return making(out, error, [&] { return at::gelu(input->value); });
}

ctorch_status quick_gelu(const ctorch_tensor *input, ctorch_out out, ctorch_error error) {
  return making(out, error, [&] {
    if (!is_plain(input->value)) return input->value * at::sigmoid(input->value * 1.702);
    const at::Tensor x = input->value.contiguous();
    at::Tensor output = at::empty_like(x);
    ctorch_quick_gelu(x.data_ptr<float>(), output.data_ptr<float>(), size_t(x.numel()));
    return output;
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
    attention,
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
