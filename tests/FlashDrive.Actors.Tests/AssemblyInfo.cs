// LibTorch's thread count is a setting of the process's threads; tests that compare bits set it and run one after another.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
