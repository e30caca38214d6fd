using FlashDrive.Perf;

// Every benchmark prints its own numbers; figures in docs/ name the command that made them.
return args switch
{
    ["sequential", .. var rest] => SequentialBenchmark.Run(rest),
    ["overhead", .. var rest] => OverheadBenchmark.Run(rest),
    ["pipeline", .. var rest] => PipelineBenchmark.Run(rest),
    ["hop", .. var rest] => HopBenchmark.Run(rest),
    ["kernels", .. var rest] => KernelBenchmark.Run(rest),
    ["allocation", .. var rest] => AllocationBenchmark.Run(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: dotnet run -c Release --project perf/FlashDrive.Perf -- sequential [--model DIR] [--threads 1,2] [--windows N] [--samples N]");
    Console.Error.WriteLine("                                                               hop [--rounds N] [--trips N]");
    Console.Error.WriteLine("                                                               kernels [--model DIR] [--rounds N] [--threads N]");
    Console.Error.WriteLine("                                                               allocation [--model DIR] [--frames N]");
    Console.Error.WriteLine("                                                               pipeline [--model DIR] [--rounds N] [--frames N] [--sessions S] [--cores N]");
    Console.Error.WriteLine("                                                               overhead [--rounds N] [--frames N]");
    return 2;
}
