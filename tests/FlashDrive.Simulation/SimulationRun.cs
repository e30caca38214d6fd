using FlashDrive.Actors;
using FlashDrive.Actors.Observation;
using FlashDrive.Actors.Streams;
using FlashDrive.Inference;
using FlashDrive.Runtime.Simulation;
using FlashDrive.Simulation.StandIns;
using FlashDrive.Torch;

namespace FlashDrive.Simulation;

/// <summary>
/// One whole engine in one thread and in virtual time: first everything that the scenario has go wrong, then good ticks at a
/// comfortable pace until every stream has planned again, then rest, and the accounts.
/// </summary>
public sealed class SimulationRun : IDisposable
{
    // Far more than the largest run needs: an engine that goes on for ever is found out.
    private const long MostSteps = 1_000_000;

    private readonly Scenario _scenario;
    private readonly ConservationChecker _checker = new(isOneThread: true);
    private readonly RecoveryWatch _recovery;
    private readonly SimulationSettings _settings;
    private readonly SimulatedHost _host;
    private readonly DrivingEngine _engine;
    private readonly List<Producer> _producers = [];
    private readonly List<StreamLane> _lanes = [];
    private readonly StandInOptions _standIns;
    private readonly Mutation _mutation;
    private byte[] _log = [];

    private SimulationRun(Scenario scenario, Mutant mutant, bool keepLog, IEngineObserver? observer)
    {
        _scenario = scenario;
        _settings = new() { Faults = scenario.Faults, ServiceTime = ServiceTime, KeepLog = keepLog, MostSteps = MostSteps };
        _host = new(scenario.ScheduleSeed, _settings);
        _recovery = new(scenario, () => _host.Now);
        var options = scenario.Options;
        _standIns = new(options.Engine, options.Sessions) { FaultPoint = _host.FaultPoint, Mutant = mutant };
        IEngineObserver[] observers = observer is null ? [_checker, _recovery] : [_checker, _recovery, observer];
        _engine = new(_host, StandInStages.Create(_standIns), options, new ObserverGroup(observers));
        _mutation = new(mutant, _engine);
        _host.AfterHandling = AfterHandling;
    }

    /// <param name="mutant">A bug to plant.</param>
    /// <param name="keepLog">Whether the report has the event log.</param>
    /// <param name="observer">Sees what happens beside the checker.</param>
    public static SimulationReport Run(Scenario scenario, Mutant mutant = Mutant.None, bool keepLog = false, IEngineObserver? observer = null)
    {
        var tensors = torch.LiveTensors;
        using var run = new SimulationRun(scenario, mutant, keepLog, observer);
        run.Guarded(run.Play);
        // The end of the engine is of no interest in it.
        if (keepLog) run._log = run._host.Log;
        run.Guarded(run._engine.Dispose);
        if (torch.LiveTensors != tensors) run._checker.Violated($"{torch.LiveTensors - tensors} tensors were not disposed");
        return run.Report();
    }

    /// <summary>After a planted bug there is more to free than the engine.</summary>
    public void Dispose()
    {
        _engine.Dispose();
        foreach (var forgotten in _standIns.Forgotten) forgotten.Dispose();
        foreach (var lane in _lanes) lane.Prefill.Dispose();
    }

    private void Play()
    {
        for (var i = 0; i < _scenario.Streams; i++) Feed(i, 0, TimeSpan.Zero);
        if (_scenario.Reopens) At(0.5 * _scenario.Doomed, Reopen);
        _host.RunFor(_scenario.Doomed);
        _settings.Faults = SimulationFaults.None;
        // The last fault is over when a delay dealt out before has run and a crashed actor is there again.
        _host.RunFor(_scenario.MaxDelay + Pipeline.LongestBackoff);
        if (_scenario.RestsFirst)
        {
            // What waits must not need a later frame to go on.
            _host.RunUntilIdle(MostSteps);
            _checker.CheckAtRest(_engine);
        }
        Recover();
        _host.RunUntilIdle(MostSteps);
        _recovery.Check(_checker, _engine);
        _checker.CheckAtRest(_engine);
        foreach (var producer in _producers) producer.Close();
        _host.RunUntilIdle(MostSteps);
        if (_engine.Streams.Count > 0) _checker.Violated($"{_engine.Streams.Count} closed streams were not freed");
    }

    private void Feed(int number, int generation, TimeSpan from)
    {
        var producer = new Producer(_engine, _scenario, number, generation);
        _producers.Add(producer);
        _lanes.Add(producer.Stream.Lane);
        var ticks = TickPlan.Doomed(_scenario, number, producer.Seed, from);
        var faults = new EdgeFaults<Driving.FrameBundle>(producer.Seed, _scenario.Edge);
        _host.Feed(faults.Apply(ticks).Arrivals, producer.Arrive);
    }

    private void Reopen()
    {
        _producers[0].Close();
        _producers.RemoveAt(0);
        Feed(0, 1, _host.Now);
    }

    private void Recover()
    {
        _recovery.Begin();
        foreach (var producer in _producers) _host.Feed(GoodTicks(producer), producer.Arrive);
    }

    /// <summary>Drawn one at a time, so that they end when the stream has planned again, or shown that it does not.</summary>
    private IEnumerable<Arrival<Driving.FrameBundle>> GoodTicks(Producer producer)
    {
        var (begun, first) = (_host.Now, producer.LastId + 1);
        for (var i = 0; _recovery.IsWanted(producer.Stream.Lane); i++)
            yield return new(begun + i * _scenario.Comfortable, StandInFrames.Tick(producer.Seed, first + i, period: _scenario.SourcePeriod));
    }

    private void At(TimeSpan at, Action action) => _host.Feed([new Arrival<Action>(at, action)], static action => action());

    private TimeSpan ServiceTime(string actor, object message) => _scenario.Times.Of(actor, message, _engine);

    private void AfterHandling(string actor, object message)
    {
        _mutation.AfterHandling(actor, message);
        if (actor != CameraIngestActor.Name) return;
        foreach (var producer in _producers) producer.Pump();
    }

    /// <summary>Whatever a run throws is a violation like the others.</summary>
    private void Guarded(Action action)
    {
        try
        {
            action();
        }
        catch (Exception failure)
        {
            _checker.Violated($"{failure.GetType().Name}: {failure.Message}");
        }
    }

    private SimulationReport Report() => new(
        _scenario, _checker.Violations, _checker.Kinds, _host.LogHash, _host.Steps, _checker.Offered, _checker.Ended, _engine.PipelineRestarts,
        _log, [.. _engine.Actors.Select(actor => actor.Name), PipelineSupervisorActor.Name]);
}
