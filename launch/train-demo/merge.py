"""Merging rules, written for reading: what the command must compute, on dictionaries of tensors.

A task vector is rounded to the data type of the checkpoint; sums are taken in float64 and rounded
once, into that type. TIES elects signs with sums in float32, in the order of the models.
"""

import torch


def task_vectors(base, models):
    return [
        {k: (model[k].float() - base[k].float()).to(base[k].dtype).float() for k in base}
        for model in models
    ]


def simple_average(models):
    first = models[0]
    return {
        k: (sum(m[k].double() for m in models) / len(models)).to(first[k].dtype) for k in first
    }


def task_arithmetic(base, models, scaling_factor):
    vectors = task_vectors(base, models)
    return {
        k: (base[k].double() + scaling_factor * sum(v[k].double() for v in vectors))
        .to(base[k].dtype)
        for k in base
    }


def ties_merging(base, models, scaling_factor, threshold=20):
    """Trim each whole task vector, elect a sign for each position, sum the values that agree."""
    keys = sorted(base)
    trimmed = []
    for vector in task_vectors(base, models):
        flat = torch.cat([vector[k].flatten() for k in keys])
        size = flat.numel()
        keep = threshold / 100 if threshold > 1 else threshold
        cut = flat.abs().kthvalue(size - int(size * keep)).values
        trimmed.append(torch.where(flat.abs() >= cut, flat, 0))
    rows = torch.stack(trimmed)
    total = torch.zeros_like(rows[0])
    for row in rows:
        total = total + row
    sign = total.sign()
    sign = torch.where(sign == 0, sign.sum().sign(), sign)
    agree = torch.where(sign > 0, rows > 0, rows < 0)
    total = torch.where(agree, rows, 0).double().sum(0)
    merged, start = {}, 0
    for k in keys:
        end = start + base[k].numel()
        delta = total[start:end].reshape(base[k].shape)
        merged[k] = (base[k].double() + scaling_factor * delta).to(base[k].dtype)
        start = end
    return merged
