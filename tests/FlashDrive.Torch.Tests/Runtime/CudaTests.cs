using FlashDrive.Torch.Tests.Support;

namespace FlashDrive.Torch.Tests.Runtime;

/// <summary>Each test holds with and without a device: without one the answer is a clear error, with one the thing works.</summary>
public class CudaTests
{
    private static bool Present => torch.cuda.is_available();

    [Fact]
    public void Devices_are_counted_named_and_measured_or_clearly_absent()
    {
        if (!Present)
        {
            Assert.Equal(0, torch.cuda.device_count());
            Refused(() => torch.cuda.device_name(0));
            Refused(() => torch.cuda.memory(0));
            Refused(() => torch.cuda.synchronize());
            return;
        }
        Assert.NotEmpty(torch.cuda.device_name(0));
        var (free, total) = torch.cuda.memory(0);
        Assert.InRange(free, 1, total);
        torch.cuda.synchronize();
    }

    [Fact]
    public void Work_on_one_stream_waits_for_an_event_of_another_or_streams_are_clearly_absent()
    {
        if (!Present)
        {
            Refused(() => new CudaStream());
            Refused(() => CudaStream.Current());
            Refused(() => new CudaEvent());
            return;
        }
        using var scope = torch.NewDisposeScope();
        using var first = new CudaStream();
        using var second = new CudaStream(highPriority: true);
        using var ready = new CudaEvent();
        Tensor made;
        using (first.Use())
        {
            made = torch.full([512, 512], 0.5).to(new Device(DeviceType.Cuda, 0));
            made = torch.matmul(made, made);
            ready.Record(first);
        }
        using (second.Use())
        {
            second.Wait(ready);
            second.Record(made);
            Assert.Equal(128f, (made * 1).max().cpu().item<float>());
        }
        ready.Synchronize();
        Assert.True(ready.IsDone);
    }

    private static void Refused(Action call) =>
        Assert.Contains("the LibTorch found has no CUDA", Expect.Fails(TorchErrorKind.NotImplemented, call).Message);
}
