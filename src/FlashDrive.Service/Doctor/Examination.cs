using FlashDrive.Service.Cli;
using FlashDrive.Service.Pipelines;

namespace FlashDrive.Service.Doctor;

/// <summary>Everything the doctor looks at, in the order in which one thing needs the other.</summary>
internal static class Examination
{
    public static IReadOnlyList<Finding> Run(string? modelFolder, string? tokenizerFolder)
    {
        var findings = new List<Finding> { ProgramCheck.Version(), ProgramCheck.FeedProfile(), ProgramCheck.Runtime() };
        var torch = TorchCheck.Load();
        findings.Add(torch);
        if (torch.State != FindingState.Fault)
        {
            findings.Add(BlasCheck.Run());
            findings.Add(CpuCheck.Capability());
            findings.Add(TorchCheck.Threads());
            findings.Add(TorchCheck.Cuda());
        }
        findings.Add(CpuCheck.WaitPolicy());
        findings.Add(FfmpegCheck.Run());
        findings.AddRange(ModelCheck.Run(modelFolder, tokenizerFolder));
        if (findings.TrueForAll(finding => finding.Name is not ("model" or "tokenizer") || finding.State == FindingState.Ok))
            findings.Add(PoolCheck.Run(Path.GetFullPath(modelFolder ?? Places.DefaultModel), tokenizerFolder, PipelineSettingsFile.Read(Places.DefaultPipeline)));
        return findings;
    }
}
