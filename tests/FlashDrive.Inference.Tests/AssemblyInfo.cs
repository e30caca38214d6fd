// Tests count live tensors of the process, so no two of them may run at once.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
