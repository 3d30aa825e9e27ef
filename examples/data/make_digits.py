"""Writes digits.csv beside this file: 1797 lines of 64 pixels (0 to 16) and the digit.

pip install scikit-learn && python make_digits.py
"""

from pathlib import Path

from sklearn.datasets import load_digits

digits = load_digits()
lines = [",".join(str(int(v)) for v in [*pixels, label]) for pixels, label in zip(digits.data, digits.target)]
Path(__file__).with_name("digits.csv").write_text("\n".join(lines) + "\n")
