using FlashDrive.Torch.Tests.Support;

namespace FlashDrive.Torch.Tests.Autograd;

public class ModeTests
{
    [Fact]
    public void No_grad_records_nothing_and_ends_with_its_guard()
    {
        using var scope = torch.NewDisposeScope();
        var x = torch.ones(2).requires_grad_();
        using (torch.no_grad())
        {
            Assert.False(torch.is_grad_enabled());
            Assert.False((x * 2).requires_grad);
            using (torch.enable_grad()) Assert.True((x * 2).requires_grad);
            Assert.False(torch.is_grad_enabled());
        }
        Assert.True(torch.is_grad_enabled());
        Assert.True((x * 2).requires_grad);
    }

    [Fact]
    public void No_grad_holds_on_its_own_thread_only()
    {
        using var guard = torch.no_grad();
        var elsewhere = false;
        var thread = new Thread(() => elsewhere = torch.is_grad_enabled());
        thread.Start();
        thread.Join();
        Assert.True(elsewhere);
    }

    [Fact]
    public void Tensors_of_inference_mode_never_require_gradients()
    {
        using var scope = torch.NewDisposeScope();
        var x = torch.ones(2).requires_grad_();
        Tensor inside;
        using (torch.inference_mode())
        {
            inside = x * 2;
            Assert.False(inside.requires_grad);
        }
        Assert.True((x * 2).requires_grad);
        var error = Expect.Fails(TorchErrorKind.Error, () => inside.requires_grad_());
        Assert.Contains("inference", error.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Guards_refuse_to_end_on_another_thread_or_out_of_order()
    {
        var outer = torch.inference_mode();
        var inner = torch.inference_mode();
        Assert.Throws<InvalidOperationException>(outer.Dispose);
        Exception? elsewhere = null;
        var thread = new Thread(() => elsewhere = Record.Exception(inner.Dispose));
        thread.Start();
        thread.Join();
        Assert.IsType<InvalidOperationException>(elsewhere);
        inner.Dispose();
        outer.Dispose();
        outer.Dispose();

        var gradients = torch.no_grad();
        thread = new Thread(() => elsewhere = Record.Exception(() => gradients.Dispose()));
        thread.Start();
        thread.Join();
        Assert.IsType<InvalidOperationException>(elsewhere);
        gradients.Dispose();
        Assert.True(torch.is_grad_enabled());
    }

    [Fact]
    public void Backward_of_what_has_no_graph_is_refused_with_its_shape()
    {
        using var scope = torch.NewDisposeScope();
        var error = Expect.Fails(TorchErrorKind.Error, () => torch.ones(2, 3).sum(1).backward());
        Assert.Contains("backward of Float32[2]", error.Message);
        var leaf = torch.ones(2, 3).requires_grad_();
        error = Expect.Fails(TorchErrorKind.Error, () => (leaf * 2).backward());
        Assert.Contains("backward of Float32[2, 3]", error.Message);
    }

    [Fact]
    public void Integers_cannot_require_gradients()
    {
        using var scope = torch.NewDisposeScope();
        var error = Expect.Fails(TorchErrorKind.Error, () => torch.arange(0, 3).requires_grad_());
        Assert.Contains("Int64[3]", error.Message);
    }
}
