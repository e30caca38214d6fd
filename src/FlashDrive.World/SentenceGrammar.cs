namespace FlashDrive.World;

/// <summary>
/// The fixed grammar of the expert's sentences: "&lt;manoeuvre phrase&gt; because &lt;cause phrase&gt;.", 12-20 words, one template per cause,
/// manoeuvre and the variables the pixels show (the side, the colour of the lamp).
/// </summary>
public static class SentenceGrammar
{
    private const string Link = " because ";

    // In the order in which the parser tries them: what is more particular comes first.
    private static readonly (Manoeuvre Manoeuvre, string[] Keys)[] ManoeuvreKeys =
    [
        (Manoeuvre.Yield, ["yield", "pull over"]),
        (Manoeuvre.NudgeLeft, ["nudge to the left", "nudge left"]),
        (Manoeuvre.NudgeRight, ["nudge to the right", "nudge right"]),
        (Manoeuvre.CurveLeft, ["steer to the left", "steer left"]),
        (Manoeuvre.CurveRight, ["steer to the right", "steer right"]),
        (Manoeuvre.Stop, ["stop", "standstill"]),
        (Manoeuvre.Follow, ["follow"]),
        (Manoeuvre.Accelerate, ["speed up", "accelerate", "drive on"]),
        (Manoeuvre.SlowDown, ["slow"]),
    ];

    private static readonly (Cause Cause, string[] Keys)[] CauseKeys =
    [
        (Cause.PedestrianCrossing, ["pedestrian"]),
        (Cause.RedLight, ["red", "amber"]),
        (Cause.GreenLight, ["green"]),
        (Cause.LeadBraking, ["braking"]),
        (Cause.CutIn, ["cutting in", "cuts in"]),
        (Cause.Oncoming, ["oncoming", "narrow"]),
        (Cause.Cones, ["cones"]),
        (Cause.ParkedCar, ["parked"]),
        (Cause.Curve, ["bends", "bend", "curve"]),
        (Cause.SteadyLead, ["keeps its speed", "lead vehicle"]),
        (Cause.ClearRoad, ["clear"]),
    ];

    /// <summary>Every sentence the grammar can say; a tokenizer is trained on these.</summary>
    public static IReadOnlyList<string> AllSentences { get; } =
        Enum.GetValues<Cause>().SelectMany(c => new[] { -1, 1 }.SelectMany(side => new[] { false, true }.Select(amber => Say(c, side, amber).Sentence))).Distinct().ToArray();

    /// <summary>What the expert does about a cause.</summary>
    /// <param name="side">+1 the cause stands on, comes from or bends to the left, −1 the right.</param>
    public static Manoeuvre ManoeuvreFor(Cause cause, int side) => cause switch
    {
        Cause.PedestrianCrossing or Cause.RedLight => Manoeuvre.Stop,
        Cause.LeadBraking or Cause.CutIn => Manoeuvre.SlowDown,
        Cause.Oncoming => Manoeuvre.Yield,
        Cause.Cones or Cause.ParkedCar => side > 0 ? Manoeuvre.NudgeRight : Manoeuvre.NudgeLeft,
        Cause.SteadyLead => Manoeuvre.Follow,
        Cause.Curve => side > 0 ? Manoeuvre.CurveLeft : Manoeuvre.CurveRight,
        Cause.GreenLight or Cause.ClearRoad => Manoeuvre.Accelerate,
        _ => throw new ArgumentOutOfRangeException(nameof(cause), cause, "not a cause"),
    };

    /// <summary>Cause and manoeuvre named by a sentence, null where none of the known phrases occurs.</summary>
    public static (Cause? Cause, Manoeuvre? Manoeuvre) Parse(string sentence)
    {
        var text = sentence.ToLowerInvariant();
        var link = text.IndexOf(Link, StringComparison.Ordinal);
        var (does, sees) = link < 0 ? (text, text) : (text[..link], text[link..]);
        Manoeuvre? manoeuvre = null;
        foreach (var (value, keys) in ManoeuvreKeys)
        {
            if (manoeuvre is null && keys.Any(does.Contains)) manoeuvre = value;
        }
        Cause? cause = null;
        foreach (var (value, keys) in CauseKeys)
        {
            if (cause is null && keys.Any(sees.Contains)) cause = value;
        }
        return (cause, manoeuvre);
    }

    internal static (string Sentence, Range Cause, Range Manoeuvre) Say(Cause cause, int side, bool isAmber)
    {
        var from = side > 0 ? "left" : "right";
        var other = side > 0 ? "right" : "left";
        var (does, sees) = cause switch
        {
            Cause.PedestrianCrossing => ("Come to a stop and wait", $"a pedestrian is crossing the road from the {from}"),
            Cause.RedLight => ("Come to a stop before the line", $"the traffic light ahead shows {(isAmber ? "amber" : "red")}"),
            Cause.LeadBraking => ("Slow to keep a safe gap", "the lead vehicle ahead is braking"),
            Cause.CutIn => ("Slow down to open a gap", $"a car from the {from} lane is cutting in"),
            Cause.Oncoming => ("Pull over and yield", "an oncoming car is coming through the narrow passage"),
            Cause.Cones => ($"Nudge to the {other} within the road", $"construction cones block the {from} side"),
            Cause.ParkedCar => ($"Nudge to the {other} within the road", $"a parked car blocks the {from} side"),
            Cause.SteadyLead => ("Follow at a steady distance", "the lead vehicle ahead keeps its speed"),
            Cause.Curve => ($"Slow down and steer to the {from}", $"the road ahead bends sharply to the {from}"),
            Cause.GreenLight => ("Speed up and drive on", "the traffic light ahead shows green"),
            Cause.ClearRoad => ("Speed up to the limit", "the road ahead is clear of traffic"),
            _ => throw new ArgumentOutOfRangeException(nameof(cause), cause, "not a cause"),
        };
        var sentence = does + Link + sees + ".";
        return (sentence, (does.Length + Link.Length)..(sentence.Length - 1), 0..does.Length);
    }
}
