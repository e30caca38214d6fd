// How the process keeps freed memory. Tensors of some megabytes come and go with every operator; by default glibc hands such blocks
// back to the kernel and takes them anew, and the page faults can cost more than the arithmetic. Kept instead: the process stays at
// its largest need, which is bounded by the model.
#include <cstdlib>
#include <initializer_list>

#if defined(__GLIBC__)
#include <malloc.h>

namespace {

__attribute__((constructor)) void KeepFreedMemory() {
  // Whoever has set these from outside knows why.
  for (const char* name : {"MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TOP_PAD_", "GLIBC_TUNABLES"}) {
    if (std::getenv(name)) return;
  }
  mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the most glibc takes
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_TOP_PAD, 64 << 20);  // also keeps a worker thread's last heap of 64 MiB
}

}  // namespace
#endif
