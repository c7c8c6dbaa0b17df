// Branch-free conversions of single values; the loops around them vectorise.
#ifndef CK_BITS_H
#define CK_BITS_H

#include <stdint.h>

#include "CFusionKernels.h"
#include "clones.h"

CK_INLINE float ck_f32_of(uint32_t bits) {
  union { uint32_t u; float f; } v = {bits};
  return v.f;
}
CK_INLINE uint32_t ck_bits_f32(float value) {
  union { float f; uint32_t u; } v = {value};
  return v.u;
}
CK_INLINE double ck_f64_of(uint64_t bits) {
  union { uint64_t u; double f; } v = {bits};
  return v.f;
}
CK_INLINE uint64_t ck_bits_f64(double value) {
  union { double f; uint64_t u; } v = {value};
  return v.u;
}

CK_INLINE float ck_from_bf16(uint16_t x) { return ck_f32_of((uint32_t)x << 16); }

// A half's exponent and fraction are read as a float's, 112 too low in the exponent.
CK_INLINE float ck_from_f16(uint16_t x) {
  uint32_t magnitude = (uint32_t)(x & 0x7FFF) << 13;
  float value = ck_f32_of(magnitude) * 0x1p112f;
  uint32_t bits = (x & 0x7C00) == 0x7C00 ? magnitude | 0x7F800000u : ck_bits_f32(value);
  return ck_f32_of(bits | (uint32_t)(x & 0x8000) << 16);
}

CK_INLINE float ck_from_f8_e5m2(uint8_t x) { return ck_from_f16((uint16_t)(x << 8)); }

CK_INLINE float ck_from_f8_e4m3(uint8_t x) {
  uint32_t magnitude = (uint32_t)(x & 0x7F) << 20;
  float value = ck_f32_of(magnitude) * 0x1p120f;
  uint32_t bits = (x & 0x7F) == 0x7F ? 0x7FC00000u : ck_bits_f32(value);
  return ck_f32_of(bits | (uint32_t)(x & 0x80) << 24);
}

// |x| rounded to `fraction` bits after the leading one, to nearest even, with exponents below
// `lowest` denormal: adding and taking away a power of two whose last place is the wanted one.
CK_INLINE double ck_round_magnitude(double x, int fraction, int lowest) {
  double magnitude = ck_f64_of(ck_bits_f64(x) & 0x7FFFFFFFFFFFFFFFull);
  uint64_t exponent = ck_bits_f64(magnitude) >> 52;
  uint64_t least = (uint64_t)(1023 + lowest);
  exponent = exponent < least ? least : exponent;
  uint64_t most = 2046 - 52;
  exponent = exponent > most ? most : exponent;
  double magic = ck_f64_of((exponent + 52 - (uint64_t)fraction) << 52);
  return (magnitude + magic) - magic;
}

// x as a float whose last bit tells whether anything is left below it: rounding that to at most 22 bits
// is rounding x. Not for results below the float's normal numbers, whose last bits are fewer.
CK_INLINE float ck_to_odd_f32(double x) {
  const uint64_t below = 0x1FFFFFFFu;
  uint64_t bits = ck_bits_f64(x);
  bits |= (bits & below) + below;
  return (float)ck_f64_of(bits & ~below);
}

CK_INLINE uint16_t ck_to_bf16(double x) {
  uint16_t sign = (uint16_t)(ck_bits_f64(x) >> 48 & 0x8000);
  uint32_t bits = ck_bits_f32((float)ck_round_magnitude(x, 7, -126));
  return (uint16_t)(x != x ? (0x7FC0 | sign) : ((bits >> 16) | sign));
}

// Adding and taking away a power of two rounds the magnitude to a half's places, as below.
CK_INLINE uint16_t ck_to_f16(double x) {
  uint32_t bits = ck_bits_f32(ck_to_odd_f32(x));
  uint32_t sign = bits >> 16 & 0x8000u;
  uint32_t pattern = bits & 0x7FFFFFFFu;
  uint32_t exponent = pattern >> 23;
  exponent = exponent < 127 - 14 ? 127 - 14 : exponent;
  exponent = exponent > 200 ? 200 : exponent;
  float magic = ck_f32_of((exponent + 13) << 23);
  float rounded = (ck_f32_of(pattern) + magic) - magic;
  uint32_t finite = ck_bits_f32(rounded * 0x1p-112f) >> 13;
  uint32_t value = rounded > 65504.0f ? 0x7C00u : finite;
  return (uint16_t)(sign | (pattern > 0x7F800000u ? 0x7E00u : value));
}

CK_INLINE uint8_t ck_to_f8_e5m2(double x) {
  uint8_t sign = (uint8_t)(ck_bits_f64(x) >> 56 & 0x80);
  double rounded = ck_round_magnitude(x, 2, -14);
  uint32_t bits = ck_bits_f32((float)(rounded * 0x1p-112));
  uint8_t value = rounded > 57344.0 ? 0x7C : (uint8_t)(bits >> 21);
  return (uint8_t)(x != x ? (0x7F | sign) : (value | sign));
}

// No infinity: what rounds above 448 becomes 448, as in PyTorch 2.13.
CK_INLINE uint8_t ck_to_f8_e4m3(double x) {
  uint8_t sign = (uint8_t)(ck_bits_f64(x) >> 56 & 0x80);
  double rounded = ck_round_magnitude(x, 3, -6);
  uint32_t bits = ck_bits_f32((float)(rounded * 0x1p-120));
  uint8_t value = rounded > 448.0 ? 0x7E : (uint8_t)(bits >> 20);
  return (uint8_t)(x != x ? (0x7F | sign) : (value | sign));
}

CK_INLINE float ck_to_precision_bf16(float x) {
  uint32_t bits = ck_bits_f32(x);
  uint32_t rounded = (bits + 0x7FFFu + (bits >> 16 & 1)) & 0xFFFF0000u;
  return x != x ? x : ck_f32_of(rounded);
}

CK_INLINE float ck_to_precision_f16(float x) {
  uint32_t sign = ck_bits_f32(x) & 0x80000000u;
  float magnitude = ck_f32_of(ck_bits_f32(x) ^ sign);
  uint32_t exponent = ck_bits_f32(magnitude) >> 23;
  exponent = exponent < 127 - 14 ? 127 - 14 : exponent;
  exponent = exponent > 200 ? 200 : exponent;
  float magic = ck_f32_of((exponent + 13) << 23);
  float rounded = (magnitude + magic) - magic;
  rounded = rounded > 65504.0f ? __builtin_inff() : rounded;
  return x != x ? x : ck_f32_of(ck_bits_f32(rounded) | sign);
}

// Types of which loops read elements as they are stored; the others are converted first.
CK_INLINE int ck_is_direct(ck_dtype type) { return type == CK_F32 || type == CK_BF16 || type == CK_F16; }

// Element i of a direct type; `type` is a constant where this is used.
CK_INLINE float ck_stored_f32(ck_dtype type, const void *from, size_t i) {
  switch (type) {
    case CK_BF16: return ck_from_bf16(((const uint16_t *)from)[i]);
    case CK_F16: return ck_from_f16(((const uint16_t *)from)[i]);
    default: return ((const float *)from)[i];
  }
}

// x rounded to a type's precision; `type` is a constant where this is used.
CK_INLINE float ck_to_precision(ck_dtype type, float x) {
  switch (type) {
    case CK_BF16: return ck_to_precision_bf16(x);
    case CK_F16: return ck_to_precision_f16(x);
    default: return x;
  }
}

#endif
