using FlashDrive.Inference.Speculation;
using FlashDrive.Service.Reporting;
using Spectre.Console;

namespace FlashDrive.Service.Drive;

/// <summary>A sentence in a terminal, coloured by who wrote it: what the target drew itself, and what it took from a drafter.</summary>
internal static class ThoughtMarkup
{
    /// <param name="colour">Of the target's own words.</param>
    public static string Of(PlanRecord record, string colour)
    {
        if (record.Pieces.Count == 0) return $"[bold {colour}]{Markup.Escape(Printable.Of(record.Reasoning))}[/]";
        return string.Concat(record.Pieces.Select((piece, i) =>
        {
            var text = Markup.Escape(Printable.Of(i == 0 ? piece.Text.TrimStart() : piece.Text));
            return piece.Source is TokenSources.Target or TokenSources.Rule ? $"[bold {colour}]{text}[/]" : $"[bold cyan]{text}[/]";
        }));
    }
}
