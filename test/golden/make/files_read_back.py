"""
Reads with NumPy, zipfile and safetensors what Wick writes, and compares with test/golden/files/expected.json.

    pip install numpy==2.4.6 safetensors==0.8.0
    python test/golden/make/files_read_back.py
"""
import json, pathlib, subprocess, tempfile, zipfile
import numpy as np
import safetensors

here = pathlib.Path(__file__).parent
expected = json.loads((here.parent / "files/expected.json").read_text())["tensors"]
count = 0
with tempfile.TemporaryDirectory() as folder:
    subprocess.run(["deno", "run", "-A", here / "files_written.ts", folder], check=True)
    for path in pathlib.Path(folder).iterdir():
        golden = expected[".".join(path.name.split(".")[:2])]
        if path.suffix == ".npz":
            assert zipfile.ZipFile(path).testzip() is None
            arrays = np.load(path, allow_pickle=False)
            found = {name: (arrays[name].shape, arrays[name].tobytes()) for name in arrays.files}
            golden = {n: t for n, t in golden.items() if t["dtype"] != "BF16" and not t["dtype"].startswith("F8")}
        else:
            found = {n: (tuple(t["shape"]), bytes(t["data"])) for n, t in safetensors.deserialize(path.read_bytes())}
        assert found == {n: (tuple(t["shape"]), bytes.fromhex(t["hex"])) for n, t in golden.items()}, path
        count += len(found)
print(f"{count} tensors are read as they were written")
