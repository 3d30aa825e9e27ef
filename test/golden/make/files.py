"""
Writes test/golden/files: safetensors, npy, npz and pth files by the libraries that define them, with the bytes
that each tensor must read as (expected.json: little endian, C order, hex).

    pip install numpy==2.4.6 safetensors==0.8.0 torch==2.15.0
    python test/golden/make/files.py test/golden/files
"""
import collections, io, json, os, pickle, struct, sys, zipfile
import numpy as np
import safetensors, safetensors.numpy, safetensors.torch
import torch

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
expected = {}
refused = {}
rng = np.random.default_rng(7)
torch.manual_seed(7)

names = {"b1": "BOOL", "i1": "I8", "i2": "I16", "i4": "I32", "i8": "I64", "u1": "U8", "u2": "U16", "u4": "U32",
         "u8": "U64", "f2": "F16", "f4": "F32", "f8": "F64", "c8": "C64"}
torch_names = {torch.bool: "BOOL", torch.int8: "I8", torch.int16: "I16", torch.int32: "I32", torch.int64: "I64",
               torch.uint8: "U8", torch.uint16: "U16", torch.uint32: "U32", torch.uint64: "U64",
               torch.float16: "F16", torch.bfloat16: "BF16", torch.float32: "F32", torch.float64: "F64",
               torch.complex64: "C64", torch.float8_e4m3fn: "F8_E4M3", torch.float8_e5m2: "F8_E5M2",
               torch.float8_e4m3fnuz: "F8_E4M3FNUZ", torch.float8_e5m2fnuz: "F8_E5M2FNUZ",
               torch.float8_e8m0fnu: "F8_E8M0"}


def told(tensor):
    if isinstance(tensor, torch.Tensor):
        data = tensor.detach().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes() if tensor.numel() else b""
        return {"dtype": torch_names[tensor.dtype], "shape": list(tensor.shape), "hex": data.hex()}
    little = np.ascontiguousarray(tensor).astype(tensor.dtype.newbyteorder("<"))
    return {"dtype": names[tensor.dtype.str[1:]], "shape": list(tensor.shape), "hex": little.tobytes().hex()}


def keep(name, data, tensors):
    with open(f"{folder}/{name}", "wb") as file:
        file.write(data)
    expected[name] = {key: told(tensor) for key, tensor in tensors.items()}


def refuse(name, data, code, message):
    with open(f"{folder}/{name}", "wb") as file:
        file.write(data)
    refused[name] = {"code": code, "message": message}


def array(code, shape):
    dtype = np.dtype(code)
    if dtype.kind == "b":
        return rng.integers(0, 2, shape).astype(bool)
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        return rng.integers(info.min, info.max, shape, dtype=dtype.newbyteorder("="), endpoint=True).astype(dtype)
    values = rng.standard_normal(shape)
    return (values + 1j * rng.standard_normal(shape) if dtype.kind == "c" else values).astype(dtype)


# safetensors: every dtype of the library
numpy_tensors = {f"n.{code}": array(code, (2, 3)) for code in names if code != "c8"}
numpy_tensors |= {"scalar": np.array(1.5, np.float32), "empty": np.zeros((0, 3), np.float32),
                  "Größe \U0001f600 \ue000 \"q\"\\\n\x7f": array("i2", (1,))}
keep("numpy.safetensors", safetensors.numpy.save(numpy_tensors, {"format": "np \"é\""}), numpy_tensors)
keep("empty.safetensors", safetensors.numpy.save({}), {})
torch_tensors = {str(dtype): torch.arange(6).reshape(3, 2).to(torch.float32).to(dtype) for dtype in torch_names}
keep("torch.safetensors", safetensors.torch.save(torch_tensors), torch_tensors)

# npy: dtypes, orders, versions
for code in names:
    for order in "<>" if np.dtype(code).itemsize > 1 else "|":
        data = array(order + code, (3, 2))
        file = io.BytesIO()
        np.save(file, data)
        keep(f"{'big' if order == '>' else 'little'}_{code}.npy", file.getvalue(), {"": data})
shapes = {"scalar": (), "one": (5,), "empty": (0, 4), "many": (2, 3, 1, 4), "deep": (1,) * 32}
for name, shape in shapes.items():
    for fortran in (False, True):
        data = array("<i2", shape)
        if fortran:
            data = np.asfortranarray(data)
        file = io.BytesIO()
        np.save(file, data)
        keep(f"{name}_{'f' if fortran else 'c'}.npy", file.getvalue(), {"": data})
for version in [(1, 0), (2, 0), (3, 0)]:
    data = np.asfortranarray(array(">f4", (2, 3, 4)))
    file = io.BytesIO()
    np.lib.format.write_array(file, data, version=version)
    keep(f"version{version[0]}.npy", file.getvalue(), {"": data})
python2 = b"{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 1L), }".ljust(117) + b"\n"
two = array("<f4", (2, 1))
keep("python2.npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", len(python2)) + python2 + two.tobytes(), {"": two})


def saved(value, **options):
    file = io.BytesIO()
    np.save(file, value, **options)
    return file.getvalue()


unsupported = "UNSUPPORTED_TENSOR_TYPE"
refuse("objects.npy", saved(np.array([{}, None], dtype=object)), unsupported, "pickled Python objects")
refuse("structured.npy", saved(np.zeros(2, [("a", "<f4"), ("b", "<i4")])), unsupported, "structured dtype")
refuse("names_version3.npy", saved(np.zeros(2, [("ä", "<f4"), ("日", "<i4")])), unsupported, "structured dtype")
refuse("text.npy", saved(np.array(["ab", "c"])), unsupported, "\"<U2\" (text)")
refuse("dates.npy", saved(np.array(["2020-01-01"], "M8[D]")), unsupported, "got \"<M8[D]\"")
refuse("complex128.npy", saved(np.zeros(2, complex)), unsupported, "got \"<c16\"")

# npz
arrays = {"weight": array("<f4", (3, 4)), "big": np.asfortranarray(array(">i4", (2, 3))), "zeros": np.zeros((20, 20), "<f4"),
          "folder/ä": array("u1", (7,)), "empty": np.zeros((0,), "<f4"), "scalar": array("f8", ())}
for save in (np.savez, np.savez_compressed):
    file = io.BytesIO()
    save(file, **arrays)
    keep(f"{save.__name__}.npz", file.getvalue(), arrays)
file = io.BytesIO()
np.savez(file, fine=np.zeros(2), objects=np.array([{}], dtype=object))
refuse("objects.npz", file.getvalue(), unsupported, "tensor \"objects\"")


# pth
def dump(value, **options):
    file = io.BytesIO()
    torch.save(value, file, **options)
    return file.getvalue()


model = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
keep("state_dict.pth", dump(model.state_dict()), model.state_dict())

base = torch.arange(24, dtype=torch.float32)
views = {"whole": base, "part": base[3:7], "transposed": base.reshape(4, 6).t(), "strided": base.reshape(2, 3, 4)[:, 1:, ::2],
         "expanded": base[5:7].reshape(2, 1).expand(2, 3), "scalar": base[9], "empty": base[4:4], "ones": base[7:8].reshape(1, 1, 1),
         "diagonal": base[:16].reshape(4, 4).diagonal()}
keep("views.pth", dump(views), views)

optimizer = torch.optim.Adam(model.parameters())
model(torch.ones(4, 3)).sum().backward()
optimizer.step()
nested = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3, "loss": 0.25, "best": None,
          "args": ["a", 1, (2.5, True), [], {}], "big": 2 ** 70, "negative": -(2 ** 40),
          "size": torch.Size([2, 3]), "dtype": torch.float16, "ordered": collections.OrderedDict(x=torch.ones(1))}
paths = {f"model.{k}": v for k, v in model.state_dict().items()}
paths |= {f"optimizer.state.{i}.{k}": v for i, s in optimizer.state_dict()["state"].items() for k, v in s.items()}
paths |= {"ordered.x": nested["ordered"]["x"]}
for protocol in (2, 3, 4, 5):
    keep(f"nested_protocol{protocol}.pth", dump(nested, pickle_protocol=protocol), paths)

dtypes = {str(dtype)[6:]: torch.arange(6).reshape(3, 2).to(torch.float32).to(dtype) for dtype in torch_names}
keep("dtypes.pth", dump(dtypes), dtypes)
keep("tensor.pth", dump(base[:3].clone()), {"": base[:3]})
keep("parameter.pth", dump({"p": torch.nn.Parameter(torch.ones(2)), "buffer": torch.zeros(1)}),
     {"p": torch.ones(2), "buffer": torch.zeros(1)})
shared = torch.ones(2, 2)
keep("shared.pth", dump([shared, {"again": shared, "view": shared[1]}]), {"0": shared, "1.again": shared, "1.view": shared[1]})
torch.serialization.set_crc32_options(False)
keep("no_checksums.pth", dump({"x": base}), {"x": base})
torch.serialization.set_crc32_options(True)

packed = io.BytesIO()  # as a tool that packs archives anew leaves it: deflated, another folder, big endian
with zipfile.ZipFile(io.BytesIO(dump(views))) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
    for item in source.infolist():
        data = source.read(item)
        data = b"big" if item.filename.endswith("byteorder") else data
        if "/data/" in item.filename:
            data = np.frombuffer(data, "<f4").astype(">f4").tobytes()
        target.writestr(zipfile.ZipInfo(item.filename.replace("archive/", "other/")), data, zipfile.ZIP_DEFLATED)
keep("big_endian_deflated.pth", packed.getvalue(), views)


class Evil:
    def __reduce__(self):
        return os.system, ("echo evil",)


class Custom:
    pass


unknown = "UNKNOWN_FORMAT"
refuse("evil.pth", dump({"x": base, "y": Evil()}), unknown, f"{os.system.__module__}.system")
refuse("evil_protocol4.pth", dump({"y": Evil()}, pickle_protocol=4), unknown, f"{os.system.__module__}.system")
refuse("custom.pth", dump(Custom()), unknown, "__main__.Custom")
refuse("module.pth", dump(torch.nn.Linear(1, 1)), unknown, "torch.nn.modules.linear.Linear")
refuse("sparse.pth", dump(torch.eye(2).to_sparse()), unknown, "torch._utils._rebuild_sparse_tensor")
refuse("quantized.pth", dump(torch.quantize_per_tensor(base, 0.1, 0, torch.qint8)), unknown, "torch._utils._rebuild_qtensor")
refuse("conjugated.pth", dump(torch.ones(2, dtype=torch.complex64).conj()), unsupported, "conjugated")
refuse("complex128.pth", dump(torch.ones(2, dtype=torch.complex128)), unknown, "torch.ComplexDoubleStorage")
refuse("attributes.pth", dump(torch.nn.Buffer(torch.zeros(1))), unknown, "torch._tensor._rebuild_from_type_v2")
refuse("legacy.pth", dump({"x": base[:2]}, _use_new_zipfile_serialization=False), unknown, "before 1.6")
file = io.BytesIO()
torch.jit.save(torch.jit.script(torch.nn.ReLU()), file)
refuse("torchscript.pth", file.getvalue(), unknown, "TorchScript")

with open(f"{folder}/expected.json", "w") as file:
    json.dump({"made by": f"numpy {np.__version__}, safetensors {safetensors.__version__}, torch {torch.__version__}",
               "tensors": expected, "refused": refused}, file, separators=(",", ":"), ensure_ascii=False)
