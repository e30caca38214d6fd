using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using FlashDrive.Service.Cli;
using FlashDrive.Service.Doctor;
using FlashDrive.Service.Pipelines;

namespace FlashDrive.Service.Tests.Doctor;

public class DoctorTests
{
    [Fact]
    public void The_memory_of_a_stream_is_the_sum_of_its_pools()
    {
        var golden = Path.Combine(Launcher.LauncherCheckout.RepositoryRoot(), "tests", "fixtures", "golden", "tiny");
        var line = PoolCheck.Line(golden, null, sessions: 2);
        var bytes = Regex.Matches(line, @"([\d.]+) MB").Select(match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(4, bytes.Count);
        Assert.Equal(bytes[0], bytes.Skip(1).Sum(), 0.15);
        Assert.Contains("S = 2 sessions, F = 4 frames of 4 cameras", line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_whose_memory_cannot_be_told_is_a_fault()
    {
        using var folder = new TemporaryFolder();
        folder.File("config.json", "{}");
        Assert.Equal(FindingState.Fault, PoolCheck.Run(folder.Path, null, new(2, 1, LimitUnit.Millisecond, 1, 1, 1, 1)).State);
    }

    [Fact]
    public void The_reference_blas_is_a_fault_whatever_its_speed()
    {
        var finding = BlasCheck.Judge(["/usr/lib/x86_64-linux-gnu/blas/libblas.so.3.11.0"], 50);
        Assert.Equal(FindingState.Fault, finding.State);
        Assert.Contains("libopenblas0-openmp", finding.Mend, StringComparison.Ordinal);
    }

    [Fact]
    public void A_slow_blas_is_a_fault_whatever_its_name() =>
        Assert.Equal(FindingState.Fault, BlasCheck.Judge(["/usr/lib/x86_64-linux-gnu/openblas-openmp/libblas.so.3"], 9.9).State);

    [Fact]
    public void A_blas_inside_libtorch_is_judged_by_its_speed()
    {
        Assert.Equal(FindingState.Ok, BlasCheck.Judge([], 100).State);
        Assert.Equal(FindingState.Fault, BlasCheck.Judge([], 2).State);
    }

    [Fact]
    public void The_openblas_with_its_own_threads_is_worth_a_note() =>
        Assert.Equal(FindingState.Note, BlasCheck.Judge(["/usr/lib/x86_64-linux-gnu/openblas-pthread/libblas.so.3"], 100).State);

    [Fact]
    public void An_unused_avx512_is_noted_with_the_line_that_turns_it_on()
    {
        Assert.Equal("export ATEN_CPU_CAPABILITY=avx512", CpuCheck.JudgeCapability(avx512: true, avx2: true, "AVX2").Mend);
        Assert.Equal(FindingState.Ok, CpuCheck.JudgeCapability(avx512: false, avx2: true, "AVX2").State);
        Assert.Equal(FindingState.Ok, CpuCheck.JudgeCapability(avx512: true, avx2: true, "AVX512").State);
    }

    [Fact]
    public void A_passive_wait_policy_is_a_fault()
    {
        Assert.Equal(FindingState.Fault, CpuCheck.JudgeWaitPolicy("PASSIVE").State);
        Assert.Equal(FindingState.Ok, CpuCheck.JudgeWaitPolicy("active").State);
        Assert.Equal(FindingState.Ok, CpuCheck.JudgeWaitPolicy(null).State);
    }

    [Fact]
    public void Loaded_libraries_are_found_by_the_beginning_of_their_name()
    {
        string[] maps =
        [
            "7f0-7f1 r-xp 00000000 08:01 12  /usr/lib/openblas-openmp/libblas.so.3",
            "7f1-7f2 rw-p 00000000 08:01 12  /usr/lib/openblas-openmp/libblas.so.3",
            "7f2-7f3 r-xp 00000000 08:01 13  /usr/lib/libnotblas.so",
            "7f3-7f4 rw-p 00000000 00:00 0   [heap]",
        ];
        Assert.Equal(["/usr/lib/openblas-openmp/libblas.so.3"], LoadedLibraries.In(maps, "libblas"));
    }

    [Fact]
    public void The_real_ffmpeg_tells_its_version()
    {
        var finding = FfmpegCheck.Run();
        Assert.Equal(FindingState.Ok, finding.State);
        Assert.Matches(@"\d", finding.Value);
    }

    [Theory]
    [InlineData("ffmpeg version 5.1.9-0+deb12u1 Copyright (c) 2000-2026 the FFmpeg developers", "5.1.9-0+deb12u1")]
    [InlineData("something else", "something else")]
    public void The_version_of_ffmpeg_is_read_from_its_first_line(string line, string version) => Assert.Equal(version, FfmpegCheck.Judge(line).Value);

    [Fact]
    public void A_missing_ffmpeg_is_a_fault_with_the_line_that_installs_it()
    {
        var finding = FfmpegCheck.Judge(null);
        Assert.Equal(FindingState.Fault, finding.State);
        Assert.Contains("apt-get install -y --no-install-recommends ffmpeg", finding.Mend, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_a_configuration_or_without_weights_is_no_checkpoint()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("no config.json", ModelCheck.Checkpoint(folder.Path).Value, StringComparison.Ordinal);
        folder.File("config.json", "{}");
        Assert.Contains("no *.safetensors", ModelCheck.Checkpoint(folder.Path).Value, StringComparison.Ordinal);
        folder.File("model.safetensors", "x");
        Assert.Equal(FindingState.Ok, ModelCheck.Checkpoint(folder.Path).State);
    }

    [Fact]
    public void The_tokenizer_is_the_named_one_or_the_one_beside_the_checkpoint()
    {
        using var folder = new TemporaryFolder();
        folder.File("config.json", """{"vlm_name_or_path":"vlm"}""");
        Assert.Equal(FindingState.Fault, ModelCheck.Tokenizer(folder.Path, null).State);
        var beside = folder.File("vlm/tokenizer.json", "{}");
        Assert.Equal(beside, ModelCheck.Tokenizer(folder.Path, null).Value);
        var named = folder.File("mine/tokenizer.json", "{}");
        Assert.Equal(named, ModelCheck.Tokenizer(folder.Path, Path.GetDirectoryName(named)).Value);
    }

    [Fact]
    public void One_fault_decides_the_exit_code_and_a_note_does_not()
    {
        Finding ok = new("a", "x"), note = new("b", "y", FindingState.Note), fault = new("c", "z", FindingState.Fault, "mend it");
        Assert.Equal(ExitCode.Ok, DoctorReport.CodeOf([ok, note]));
        Assert.Equal(ExitCode.Exceeded, DoctorReport.CodeOf([ok, fault]));
    }

    [Fact]
    public void The_report_tells_each_finding_and_how_to_mend_it()
    {
        var output = new StringWriter();
        DoctorReport.WriteText([new("a", "x"), new("c", "z", FindingState.Fault, "mend it")], output);
        var lines = output.ToString().Split(Environment.NewLine);
        Assert.Equal("ok    a             x", lines[0]);
        Assert.Equal("FAULT c             z", lines[1]);
        Assert.EndsWith("mend: mend it", lines[2], StringComparison.Ordinal);
        Assert.Equal("1 fault in the way.", lines[3]);
    }

    [Fact]
    public void The_report_for_programs_is_json()
    {
        var output = new StringWriter();
        DoctorReport.WriteJson([new("a", "x"), new("c", "z", FindingState.Fault, "mend it")], output);
        using var json = JsonDocument.Parse(output.ToString());
        Assert.False(json.RootElement.GetProperty("ready").GetBoolean());
        var second = json.RootElement.GetProperty("findings")[1];
        Assert.Equal(("c", "z", "fault", "mend it"),
            (second.GetProperty("name").GetString(), second.GetProperty("value").GetString(), second.GetProperty("state").GetString(), second.GetProperty("mend").GetString()));
    }
}
