// Looks up texts of variable length.
#include "io/hdf5/global_heap.hpp"

namespace strata::io::hdf5 {

std::string_view GlobalHeaps::text(Fields& reference) {
  const std::uint64_t length = reference.number(4);
  const std::uint64_t address = reference.number(8);
  const std::uint64_t index = reference.number(4);
  if (length == 0) return {};
  const Origin& origin = reference.origin();
  const Collection& objects = collection(origin, address);
  const auto object = objects.find(index);
  origin.check(object != objects.end(),
               "a string must be in its global heap. Received: index {} in the heap at byte {}.",
               index, address);
  const Bytes bytes = object->second;
  origin.check(CheckedSize(length).fits(bytes.size()),
               "a string must lie within its {} bytes of the global heap. Received: {} bytes.",
               bytes.size(), length);
  return {reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(length)};
}

const GlobalHeaps::Collection& GlobalHeaps::collection(const Origin& origin,
                                                       std::uint64_t address) {
  const auto known = read_.find(address);
  if (known != read_.end()) return known->second;
  constexpr std::string_view kHeap = "the global heap";
  constexpr std::size_t kHead = 16;
  constexpr int kMemory = 96;  // a node of a map, with its overhead
  Fields head = blocks_.at(origin, kHeap, address, kHead);
  head.expect("GCOL");
  head.version(1, 1);
  head.skip(3);
  const std::uint64_t size = head.number(8);
  Fields heap = blocks_.claim(origin, kHeap, address, size);
  heap.skip(kHead);
  blocks_.budget().take(origin, kHeap, kMemory);
  Collection objects;
  while (heap.left() >= kHead) {
    const std::uint64_t index = heap.number(2);
    heap.skip(6);  // number of references
    const std::uint64_t length = heap.number(8);
    if (index == 0) break;  // free space, to the end
    const Bytes bytes = heap.block(length).bytes;
    heap.skip(std::min<std::size_t>(static_cast<std::size_t>((8 - length % 8) % 8), heap.left()));
    blocks_.budget().take(origin, kHeap, kMemory);
    const bool is_new = objects.emplace(index, bytes).second;
    heap.check(is_new, "use each index once. Received: {} twice", index);
  }
  return read_.emplace(address, std::move(objects)).first->second;
}

}  // namespace strata::io::hdf5
