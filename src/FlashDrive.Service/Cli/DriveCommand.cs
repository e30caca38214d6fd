using System.CommandLine;
using FlashDrive.Service.Drive;
using Spectre.Console;

namespace FlashDrive.Service.Cli;

internal static class DriveCommand
{
    public static Command Create()
    {
        var clip = new Argument<string?>("CLIP")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "Clip folder (with clip.json) or video of a front camera. Default: a clip generated on first use.",
        }.WithoutOptions();
        var model = ModelOptions.Model("nano-streaming");
        var tokenizer = ModelOptions.Tokenizer();
        var drafter = new Option<string?>("--drafter") { HelpName = "DIR|none", Description = "Drafter of the thoughts; it changes none. Default: MODEL-dflash beside the model when it is there." };
        var rate = ValueOptions.Checked("--rate", "10|max", DriveRate.Max, "Frames a second, or max: each as soon as the engine is free.", "max or a number from 0.1 to 1000",
            text => DriveRate.Parse(text) is { } parsed ? (true, parsed) : (false, DriveRate.Max));
        var seed = ValueOptions.Seed(0, "Every random number follows from it.");
        var samples = ValueOptions.Integer("--samples", 1, 1, 64, "Trajectories per thought.");
        var temperature = ValueOptions.Number("--temperature", "T", 0.6, 0, true, 10, "Temperature of the reasoning; 0 takes the best token.");
        var topP = ValueOptions.Number("--top-p", "P", 0.98, 0, false, 1, "Nucleus of the reasoning.");
        var budget = ValueOptions.Integer("--budget", 128, 1, 4096, "Longest thought in tokens.");
        var nav = new Option<string?>("--nav") { HelpName = "TEXT", Description = "Route instruction, in place of the clip's own." };
        var ego = new Option<string?>("--ego") { HelpName = "constant:25|FILE", Description = "Ego motion in place of the clip's own: a speed in m/s, or a pose file." };
        var output = new Option<string?>("--out") { HelpName = "DIR", Description = "Write plans.jsonl, summary.json, trace.json, admission.jsonl and pictures there." };
        var threads = ValueOptions.Optional("--threads", 1, 1024, "LibTorch threads. Default: those of the pipeline for every stage; with --sequential, all processors.");
        var sequential = new Option<bool>("--sequential") { Description = "One frame at a time in one thread instead of the actors, on which frames overlap." };
        var streams = ValueOptions.Integer("--streams", 1, 1, DriveRequest.MostStreams, "Copies of the clip beside each other, with seeds S, S+1, ...");
        var pipeline = new Option<string?>("--pipeline") { HelpName = "FILE", Description = "Sessions, threads and real-time limits. Default: config/pipelines/cpu-nano.json." };
        var techniques = ModelOptions.Techniques();
        var refresh = ModelOptions.Refresh();
        var bf16 = new Option<bool>("--bf16") { Description = "Compute in bfloat16 instead of float32." };
        var replay = new Option<string?>("--replay") { HelpName = "DIR", Description = "Drive again what a drive with --out DIR admitted, and compare: the same tokens and trajectories." };
        var log = ValueOptions.Checked("--log", "text|json", "text", "json: an object a line instead of text.", "text or json", text => (text is "text" or "json", text));
        var command = new Command("drive", "Drive a clip: one sentence of reasoning and a trajectory of 6.4 s per frame.")
        {
            clip, model, tokenizer, drafter, rate, seed, samples, temperature, topP, budget, nav, ego, output, threads, bf16, sequential, streams, pipeline, techniques, refresh,
            replay, log,
        };
        Option[] recorded = [rate, seed, samples, temperature, topP, budget, nav, ego, threads, bf16, streams, techniques, refresh];
        command.Validators.Add(result =>
        {
            if (result.GetValue(replay) is not null && recorded.FirstOrDefault(option => result.GetResult(option) is { Implicit: false }) is { } given)
                result.AddError($"{given.Name} cannot be given with --replay: the log says how it was driven");
            if (result.GetValue(sequential) && result.GetValue(streams) > 1) result.AddError($"--streams {result.GetValue(streams)}: --sequential drives one stream");
        });
        command.SetAction((parsed, cancel) =>
        {
            var request = new DriveRequest
            {
                Clip = parsed.GetValue(clip),
                Model = parsed.GetValue(model) ?? Places.DrivingModel,
                Tokenizer = parsed.GetValue(tokenizer),
                Drafter = parsed.GetValue(drafter),
                Rate = parsed.GetValue(rate)!,
                Seed = parsed.GetValue(seed),
                Samples = parsed.GetValue(samples),
                Temperature = parsed.GetValue(temperature),
                TopP = parsed.GetValue(topP),
                Budget = parsed.GetValue(budget),
                Navigation = parsed.GetValue(nav),
                Ego = parsed.GetValue(ego),
                Out = parsed.GetValue(output),
                Threads = parsed.GetValue(threads),
                BFloat16 = parsed.GetValue(bf16),
                Sequential = parsed.GetValue(sequential),
                Streams = parsed.GetValue(streams),
                Pipeline = parsed.GetValue(pipeline),
                Replay = parsed.GetValue(replay),
                Techniques = parsed.GetValue(techniques),
                RefreshEvery = parsed.GetValue(refresh) is > 0 and var windows ? windows : null,
                ModelIsNamed = parsed.GetValue(model) is not null,
            };
            using var view = View(parsed.InvocationConfiguration.Output, parsed.GetValue(log) == "json");
            return Task.FromResult((int)new DriveRun(request, view, TimeProvider.System).Run(cancel));
        });
        return command;
    }

    private static IDriveView View(TextWriter output, bool json) => json ? new JsonView(output) :
        ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Ansi
            ? new LiveView(AnsiConsole.Console)
            : new PlainView(output);
}
