# SPDX-License-Identifier: Apache-2.0
"""models/onnx_ops.py against PyTorch: small modules exported by torch.onnx at several opsets, run by both."""
import io
import pathlib
import sys
import unittest
import warnings

import numpy as np
import onnx

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "models"))  # behind models/fashion, which has an export.py of its own
import onnx_eval  # noqa: E402
import onnx_ops  # noqa: E402

try:
    import torch
    from torch import nn
    from torch.nn import functional as F
except ImportError:
    torch = None


def cases():
    class Views(nn.Module):
        def forward(self, x):
            a, b = torch.split(x, [2, 4], 1)
            c = torch.cat([b, a], 1).transpose(1, 2).reshape(x.shape[0], 7, -1)
            return c.squeeze(0).unsqueeze(1)[..., 1:-2:2]

    class Channels(nn.Module):
        def forward(self, x):
            shuffled = x.reshape(1, 2, 3, 7, 9).transpose(1, 2).reshape(1, 6, 7, 9)
            return torch.cat([shuffled[:, [5, 0, 0, 2]], x[:, 1:6:2]], 1), x.permute(0, 2, 3, 1).flatten(1), x.chunk(3, 1)[1], x.view(x.size(0), -1)

    class Ends(nn.Module):
        def forward(self, x):
            y = x.flatten(1)
            return torch.softmax(y, 1), y.argmax(1), y.topk(3, 1).values, F.log_softmax(y, 1)

    class Elements(nn.Module):
        def forward(self, x):
            y = torch.maximum(x, -x) * 2 - torch.minimum(x, x * x) / 3
            return torch.where(y > 0.5, torch.sign(x), F.leaky_relu(y)) + torch.clamp(x, -0.3, 0.6) + F.hardtanh(x) + x.abs().sqrt().round() + torch.floor(x)

    class Pads(nn.Module):
        def forward(self, x):
            return F.pad(x, (1, 2, 0, 3)), F.pad(x, (1, 1, 2, 1), mode="replicate"), F.pad(x, (1, 2, 3, 1), mode="reflect"), F.pad(x, (0, 1, 1, 0), value=-1.0)

    class Reductions(nn.Module):
        def forward(self, x):
            return x.mean((2, 3)), x.sum(1, keepdim=True), x.amax((1, 2)), F.adaptive_avg_pool2d(x, 1), F.adaptive_max_pool2d(x, 1)

    yield "conv", nn.Conv2d(6, 8, 3, stride=2, padding=1, dilation=2, groups=2)
    yield "conv 5x1", nn.Conv2d(6, 4, (5, 1), padding=(2, 0), bias=False)
    yield "pool", nn.Sequential(nn.MaxPool2d(3, 2, 1), nn.AvgPool2d(2, 1))
    yield "pool ceil", nn.Sequential(nn.MaxPool2d(2, 2, ceil_mode=True))
    yield "average pad", nn.AvgPool2d(3, 2, 1, count_include_pad=True)
    yield "average", nn.AvgPool2d(3, 2, 1, count_include_pad=False)
    norm = nn.BatchNorm2d(6)
    norm.running_mean.uniform_(-1, 1), norm.running_var.uniform_(0.5, 2), nn.init.uniform_(norm.weight, -1, 1), nn.init.uniform_(norm.bias, -1, 1)
    yield "norm", nn.Sequential(norm, nn.PReLU(6), nn.ReLU())
    yield "linear", nn.Sequential(nn.Flatten(), nn.Linear(6 * 7 * 9, 5), nn.Linear(5, 4, bias=False))
    for module in (Views, Channels, Ends, Elements, Pads, Reductions):
        yield module.__name__, module()


@unittest.skipIf(torch is None, "no PyTorch (python3-torch)")
class AgainstTorch(unittest.TestCase):
    def test_operators(self):
        torch.manual_seed(1)
        warnings.simplefilter("ignore")  # the exporter thinks aloud
        for opset in (11, 13, 16):
            for name, module in cases():
                module.eval()
                x = torch.randn(1, 6, 7, 9)
                with torch.no_grad():
                    want = module(x)
                file = io.BytesIO()
                try:
                    torch.onnx.export(module, x, file, opset_version=opset, do_constant_folding=True, training=torch.onnx.TrainingMode.PRESERVE)
                except Exception as why:  # noqa: BLE001 - not every module has every opset
                    print(f"opset {opset} {name}: not exported ({type(why).__name__})")
                    continue
                model = onnx_eval.Model(onnx.load_from_string(file.getvalue()))
                got = model.run(x.numpy(), keep=True)
                for i, w in enumerate(want if isinstance(want, tuple) else (want,)):
                    g = got[model.outputs[i]]
                    self.assertEqual(g.shape, tuple(w.shape), f"opset {opset} {name} {i}")
                    self.assertLess(np.abs(g - w.numpy()).max(), 1e-5, f"opset {opset} {name} {i}")


class Qonnx(unittest.TestCase):
    """Values worked out by hand from the definitions of QONNX."""

    def test_bipolar(self):
        self.assertEqual(list(onnx_ops.bipolar_quant(np.array([-0.1, 0.0, 0.1]), 0.5)), [-0.5, 0.5, 0.5])

    def test_quant(self):
        x = np.array([-9.0, -1.26, -0.25, 0.0, 0.25, 0.26, 0.75, 9.0])
        self.assertEqual(list(onnx_ops.quant(x, 0.5, 0.0, 3.0)), [-2.0, -1.5, 0.0, 0.0, 0.0, 0.5, 1.0, 1.5])
        self.assertEqual(list(onnx_ops.quant(x, 0.5, 0.0, 3.0, narrow=1))[0], -1.5)
        self.assertEqual(list(onnx_ops.quant(x, 0.5, 1.0, 2.0, signed=0)), [-0.5, -0.5, -0.5, 0.0, 0.5, 0.5, 0.5, 1.0])
        self.assertEqual(list(onnx_ops.quant(x, 0.5, 0.0, 3.0, rounding_mode="FLOOR")), [-2.0, -1.5, -0.5, 0.0, 0.0, 0.0, 0.5, 1.5])

    def test_threshold(self):
        x = np.array([[[[0.0, 1.0]], [[0.0, 1.0]]]])
        t = np.array([[0.5, 1.0], [0.0, 2.0]])
        self.assertEqual(onnx_ops.multi_threshold(x, t, out_scale=2.0, out_bias=-1.0).tolist(), [[[[-1.0, 3.0]], [[1.0, 1.0]]]])
        self.assertEqual(onnx_ops.multi_threshold(x.transpose(0, 2, 3, 1), t[:1], data_layout="NHWC").shape, (1, 1, 2, 2))


if __name__ == "__main__":
    unittest.main()
