namespace FlashDrive.Torch.Tests.Runtime;

/// <summary>The thread count belongs to the calling thread, and one LibTorch thread means that no team is made at all.</summary>
public class ThreadTests
{
    private const string ProbeName = "torch-probe";

    [Fact]
    public void The_count_is_set_per_thread()
    {
        var counts = OnTwoThreads(
            barrier => Count(barrier, 1),
            barrier => Count(barrier, 2));
        Assert.Equal((1, 2), counts);

        static int Count(Barrier barrier, int count)
        {
            torch.set_num_threads(count);
            barrier.SignalAndWait();
            using var scope = torch.NewDisposeScope();
            // The first parallel operator of a thread is where LibTorch would take over another thread's count.
            torch.ones(1 << 17).exp();
            return torch.get_num_threads();
        }
    }

    [Fact]
    public void A_count_below_one_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => torch.set_num_threads(0));

    [Theory]
    [InlineData(1, 2, 2)]
    [InlineData(2, 4, 5)]
    public void One_LibTorch_thread_each_on_two_threads_makes_no_team(int libTorchThreads, int least, int most)
    {
        // A team's members inherit the name of the thread that starts them. Two each show that the count sees them (LibTorch's
        // pool for quantised operators may add one).
        var (first, second) = OnTwoThreads(Work, Work);
        Assert.InRange(Math.Max(first, second), least, most);

        int Work(Barrier barrier)
        {
            torch.set_num_threads(libTorchThreads);
            using var scope = torch.NewDisposeScope();
            var (a, b) = (torch.ones(256, 256), torch.ones(256, 256));
            torch.matmul(a, b).softmax(-1).exp();
            barrier.SignalAndWait();
            var threads = Directory.GetDirectories("/proc/self/task").Count(task => File.ReadAllText(Path.Combine(task, "comm")).Trim() == ProbeName);
            barrier.SignalAndWait();
            return threads;
        }
    }

    [Fact]
    public void A_thread_multiplies_while_another_is_inside_one_long_product()
    {
        var best = 0;
        for (var attempt = 0; attempt < 10 && best < 3; attempt++)
        {
            var (started, ended) = (false, false);
            best = OnTwoThreads(
                barrier =>
                {
                    torch.set_num_threads(1);
                    using var scope = torch.NewDisposeScope();
                    var a = torch.ones(1024, 1024);
                    barrier.SignalAndWait();
                    Volatile.Write(ref started, true);
                    torch.matmul(a, a);
                    Volatile.Write(ref ended, true);
                    return 0;
                },
                barrier =>
                {
                    torch.set_num_threads(1);
                    using var scope = torch.NewDisposeScope();
                    var a = torch.ones(64, 64);
                    var done = 0;
                    barrier.SignalAndWait();
                    while (!Volatile.Read(ref ended))
                    {
                        var inside = Volatile.Read(ref started);
                        torch.matmul(a, a).Dispose();
                        if (inside && !Volatile.Read(ref ended)) done++;
                    }
                    return done;
                }).Second;
        }
        Assert.True(best >= 3, $"{best} small products ended during one long product of another thread");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Bits_do_not_depend_on_the_calling_thread(int libTorchThreads)
    {
        var here = Digest(libTorchThreads);
        var (first, second) = OnTwoThreads(_ => Digest(libTorchThreads), _ => Digest(libTorchThreads));
        Assert.Equal((here, here), (first, second));
    }

    private static string Digest(int libTorchThreads)
    {
        torch.set_num_threads(libTorchThreads);
        using var scope = torch.NewDisposeScope();
        using var generator = new Generator(11);
        var (x, w) = (generator.randn(67, 192), generator.randn(192, 192));
        var product = torch.matmul(x, w);
        var values = torch.cat([product, product.softmax(-1), torch.layer_norm(product, w[0], w[1], 1e-6), product.silu()]);
        var bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.data<float>());
        return Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(bytes));
    }

    private static (T First, T Second) OnTwoThreads<T>(Func<Barrier, T> first, Func<Barrier, T> second)
    {
        using var barrier = new Barrier(2);
        var results = new T[2];
        var errors = new Exception?[2];
        var threads = new[] { first, second }.Select((work, i) => new Thread(() =>
        {
            try
            {
                results[i] = work(barrier);
            }
            catch (Exception e)
            {
                errors[i] = e;
                barrier.RemoveParticipant();
            }
        }) { Name = ProbeName }).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        Assert.Empty(errors.OfType<Exception>());
        return (results[0], results[1]);
    }
}
