using FlashDrive.Inference.Admission;
using FlashDrive.Inference.Kv;
using FlashDrive.Inference.Stages;
using FlashDrive.Torch;

namespace FlashDrive.Inference;

/// <summary>Turns what a stage threw into a stable reason.</summary>
public static class FailureReasons
{
    public static string Of(Exception failure) => failure switch
    {
        NonFiniteException => "non_finite",
        KvPoolExhaustedException => "kv_exhausted",
        RecordedFailureException recorded => recorded.Reason,
        TorchException => "torch",
        _ => "exception",
    };
}
