"""Reference pictures made by Pillow and transformers.

    python make_fixtures.py

Writes beside this file: resize.json (a picture, and what Pillow resizes it to), preprocess.json
(a picture, settings, and the input that transformers' CLIP processor makes of it), and png/ with
one small file per kind of PNG and expected.json with their colours. Made with Pillow 13, which
resizes rows before columns where that saves work; older ones differ there by one step of 256.
"""

import json
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

HERE = Path(__file__).resolve().parent


def picture(height, width, channels, seed):
    """Noise on a slope: smooth parts and hard edges."""
    random = np.random.default_rng(seed)
    slope = np.add.outer(np.arange(height) * 9, np.arange(width) * 7)[:, :, None]
    noise = random.integers(0, 256, (height, width, channels))
    return np.where(random.random((height, width, 1)) < 0.5, noise, slope % 256).astype(np.uint8)


def flat(array):
    return [int(value) for value in array.reshape(-1)]


def resize_cases():
    cases = []
    for height, width, channels in [(9, 13, 1), (12, 7, 3)]:
        source = picture(height, width, channels, 7 * width)
        image = Image.fromarray(source[:, :, 0] if channels == 1 else source)
        for name, code in [("bilinear", 2), ("bicubic", 3)]:
            for to in [(5, 4), (20, 17), (width, 3), (3, height), (29, 2)]:
                found = np.asarray(image.resize(to, resample=code))
                cases.append({
                    "filter": code, "name": name, "width": width, "height": height,
                    "channels": channels, "samples": flat(source),
                    "toWidth": to[0], "toHeight": to[1], "expected": flat(found)})
    return cases


def preprocess_cases():
    cases = []
    settings = [
        {"size": {"shortest_edge": 11}, "crop_size": {"height": 8, "width": 8}},
        {"size": {"shortest_edge": 6}, "crop_size": {"height": 9, "width": 8}},
        {"size": {"height": 7, "width": 5}, "do_center_crop": False, "resample": 2,
         "image_mean": [0.5, 0.25, 0.125], "image_std": [0.5, 0.5, 0.25]},
        {"do_resize": False, "crop_size": {"height": 5, "width": 6}, "do_normalize": False},
    ]
    for number, given in enumerate(settings):
        for channels in [1, 3]:
            source = picture(14, 19, channels, number)
            image = Image.fromarray(source[:, :, 0] if channels == 1 else source)
            processor = CLIPImageProcessorPil(**given)
            found = processor(image, return_tensors="np")["pixel_values"][0]
            cases.append({
                "config": json.dumps(given), "width": 19, "height": 14, "channels": channels,
                "samples": flat(source), "shape": list(found.shape),
                "expected": [float(value) for value in found.astype(np.float32).reshape(-1)]})
    return cases


def png(path, width, height, depth, kind, rows):
    """Writes a PNG by hand: Pillow cannot write every kind."""
    def chunk(name, data):
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    data = b"".join(b"\0" + row for row in rows)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(data, 9)) + chunk(b"IEND", b""))


def png_files(folder):
    folder.mkdir(exist_ok=True)
    expected = {}
    rgb = picture(3, 4, 3, 99)
    gray = picture(3, 4, 1, 98)
    alpha = np.concatenate([rgb, np.array([0, 9, 128, 255] * 3).reshape(3, 4, 1)], 2)
    Image.fromarray(rgb).save(folder / "rgb.png")
    Image.fromarray(gray[:, :, 0]).save(folder / "gray.png")
    Image.fromarray(alpha.astype(np.uint8)).save(folder / "rgba.png")
    palette = Image.fromarray(rgb).quantize(5)
    palette.save(folder / "palette.png")
    deep = rgb.astype(">u2") * 257
    png(folder / "rgb16.png", 4, 3, 16, 2, [row.tobytes() for row in deep])
    deep_gray = gray.astype(">u2") * 257
    png(folder / "gray16.png", 4, 3, 16, 0, [row.tobytes() for row in deep_gray])
    png(folder / "gray1.png", 4, 3, 1, 0, [b"\xa0", b"\x50", b"\xf0"])
    expected["rgb"] = expected["rgba"] = expected["rgb16"] = flat(rgb)
    expected["gray"] = expected["gray16"] = flat(np.repeat(gray, 3, 2))
    expected["palette"] = flat(np.asarray(palette.convert("RGB")))
    bits = np.array([[1, 0, 1, 0], [0, 1, 0, 1], [1, 1, 1, 1]]) * 255
    expected["gray1"] = flat(np.repeat(bits[:, :, None], 3, 2))
    return expected


def main():
    (HERE / "resize.json").write_text(json.dumps(resize_cases()) + "\n")
    (HERE / "preprocess.json").write_text(json.dumps(preprocess_cases()) + "\n")
    expected = png_files(HERE / "png")
    (HERE / "png" / "expected.json").write_text(json.dumps(expected) + "\n")


if __name__ == "__main__":
    main()
