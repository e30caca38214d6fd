using FlashDrive.Actors.Observation;
using FlashDrive.Inference;

namespace FlashDrive.Service.Drive.Pipelined;

/// <summary>Adds up what the stages did for one frame. Its frame is with one actor at a time, so it needs no lock.</summary>
internal sealed class FrameAccount
{
    private TimeSpan _encode, _prefill, _decode, _action;

    public TimeSpan Queued { get; private set; }

    public StageTimes Times => new(_encode, _prefill, _decode, _action);

    public void Add(in StageSpan span)
    {
        Queued += span.Queued;
        switch (span.Stage)
        {
            case StageNames.Encode: _encode += span.Duration; break;
            case StageNames.Prefill: _prefill += span.Duration; break;
            case StageNames.Decode: _decode += span.Duration; break;
            case StageNames.Action: _action += span.Duration; break;
        }
    }
}
