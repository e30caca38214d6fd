using System.Text.Json;
using FlashDrive.Inference.Flow;
using FlashDrive.Service.Cli;

namespace FlashDrive.Service.Pipelines;

/// <summary>Reads <see cref="PipelineSettings"/>. Every fault of a file is named, not the first one alone.</summary>
internal static class PipelineSettingsFile
{
    private const int LongestMilliseconds = 3_600_000, MostSerialLatencies = 10_000, MostCost = 16;

    private static readonly string[] Keys = ["sessions", "torch_threads", "unit", "deadline", "stale_after", "fallback_after", "ready_max_age", "flow_steps", "flow_reuse", "draft_cost_ratio"];
    private static readonly string[] Units = ["millisecond", "serial_latency"];

    /// <exception cref="FlashDriveException">The file is not there, or is no pipeline's.</exception>
    public static PipelineSettings Read(string path)
    {
        if (!File.Exists(path)) throw new FlashDriveException(ExitCode.MissingInput, $"no pipeline file '{path}': name one with --pipeline FILE, such as config/pipelines/cpu-nano.json");
        var faults = new List<string>();
        var settings = Parse(File.ReadAllText(path), faults);
        return settings ?? throw new FlashDriveException(ExitCode.Configuration, $"'{path}': {string.Join("; ", faults)}");
    }

    /// <summary>Null when there is a fault.</summary>
    internal static PipelineSettings? Parse(string json, List<string> faults)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json);
        }
        catch (JsonException e)
        {
            faults.Add($"is no JSON: {e.Message}");
            return null;
        }
        using (document)
        {
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                faults.Add("must be one JSON object");
                return null;
            }
            return new Fields(document.RootElement, faults).Settings();
        }
    }

    private sealed class Fields
    {
        private readonly Dictionary<string, JsonElement> _values = [];
        private readonly List<string> _faults;

        public Fields(JsonElement root, List<string> faults)
        {
            _faults = faults;
            foreach (var property in root.EnumerateObject())
            {
                if (!Keys.Contains(property.Name)) faults.Add($"unknown key '{property.Name}': it must be one of {string.Join(", ", Keys)}");
                else if (!_values.TryAdd(property.Name, property.Value)) faults.Add($"key '{property.Name}' is there twice");
            }
        }

        public PipelineSettings? Settings()
        {
            var sessions = Whole("sessions", 1, 16);
            var threads = Whole("torch_threads", 1, 256);
            var unit = Unit();
            var most = unit == LimitUnit.Millisecond ? LongestMilliseconds : MostSerialLatencies;
            var deadline = Limit("deadline", most);
            var stale = Limit("stale_after", most);
            var fallback = Limit("fallback_after", most);
            var ready = Limit("ready_max_age", most);
            if (stale < deadline) Fault("stale_after", stale, "must not be less than deadline");
            var flow = Flow();
            var ratio = CostRatio();
            return _faults.Count == 0 ? new(sessions, threads, unit, deadline, stale, fallback, ready) { AdaptiveFlow = flow, DraftCostRatio = ratio } : null;
        }

        private FlowOptions Flow()
        {
            var steps = Whole("flow_steps", 1, 1000);
            if (Get("flow_reuse") is not { } value) return new();
            var reuse = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Select(e => e.ValueKind == JsonValueKind.Number && e.TryGetInt32(out var step) ? step : -1).ToArray() : [-1];
            if (reuse.All(step => step >= 1 && step < steps)) return new(Steps: steps) { Reuse = reuse };
            Fault("flow_reuse", value.GetRawText(), $"must be a list of steps from 1 to {steps - 1}");
            return new();
        }

        private double CostRatio()
        {
            if (Get("draft_cost_ratio") is not { } value) return double.NaN;
            if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var ratio) && ratio is >= 1 and <= MostCost) return ratio;
            Fault("draft_cost_ratio", value.GetRawText(), $"must be a number from 1 to {MostCost}");
            return double.NaN;
        }

        private int Whole(string key, int least, int most)
        {
            if (Get(key) is not { } value) return least;
            if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most) return number;
            Fault(key, value.GetRawText(), $"must be a whole number from {least} to {most}");
            return least;
        }

        private LimitUnit Unit()
        {
            if (Get("unit") is not { } value) return LimitUnit.Millisecond;
            var place = value.ValueKind == JsonValueKind.String ? Array.IndexOf(Units, value.GetString()) : -1;
            if (place >= 0) return (LimitUnit)place;
            Fault("unit", value.GetRawText(), $"must be one of {string.Join(", ", Units)}");
            return LimitUnit.Millisecond;
        }

        /// <summary>NaN after a fault, so that no rule between two limits adds another.</summary>
        private double Limit(string key, int most)
        {
            if (Get(key) is not { } value) return double.NaN;
            if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number > 0 && number <= most) return number;
            Fault(key, value.GetRawText(), $"must be a number above 0 and at most {most}");
            return double.NaN;
        }

        private JsonElement? Get(string key)
        {
            if (_values.TryGetValue(key, out var value)) return value;
            _faults.Add($"key '{key}' is missing");
            return null;
        }

        private void Fault(string key, object value, string rule) => _faults.Add(FormattableString.Invariant($"{key} = {value}: {rule}"));
    }
}
