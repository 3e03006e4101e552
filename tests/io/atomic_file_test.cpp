// The writer of files: whatever happens, the path has the old file or the new one, and no other.
#include "io/atomic_file.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <random>

#include "io/files.hpp"
#include "strata/core/errors.hpp"
#include "support/children.hpp"
#include "support/matchers.hpp"

namespace strata::io {
namespace {

using namespace strata::testing;  // NOLINT: the tests' own vocabulary
using ::testing::ElementsAre;

class Atomic : public ::testing::Test {
 protected:
  std::string path() const { return folder_.path("file"); }
  Origin origin() const { return {"save", path()}; }
  void write(const Bytes& bytes) const { write_file(origin(), as_bytes(bytes)); }
  mode_t mode() const {
    struct stat status = {};
    stat(path().c_str(), &status);
    return status.st_mode & 07777;
  }
  std::string names() const {
    std::string all;
    for (const std::string& name : names_in(folder_.path())) all += name + " ";
    return all;
  }
  /// Runs in a child; gives false there unless writing `size` bytes fails with this error and
  /// leaves the old file and nothing else.
  bool fails_and_keeps_the_old(std::size_t size, const std::string& cause) const {
    try {
      write(Bytes(size, 'n'));
    } catch (const IoError& error) {
      return error.what() == "save: " + path() + ": " + cause && read_bytes(path()) == "old" &&
             names() == "file ";
    }
    return false;
  }

  TemporaryFolder folder_;
};

TEST_F(Atomic, WritesAndReplaces) {
  write("old");
  EXPECT_EQ(read_bytes(path()), "old");
  write("newer");
  EXPECT_EQ(read_bytes(path()), "newer");
  EXPECT_EQ(names(), "file ");
}

TEST_F(Atomic, KeepsTheOldFileUntilTheCommit) {
  write("old");
  {
    AtomicFile file(origin());
    file.write(as_bytes("new"));
    EXPECT_EQ(read_bytes(path()), "old");
    EXPECT_EQ(read_bytes(file.temporary_path()), "new");
    EXPECT_EQ(file.size(), 3);
  }
  EXPECT_EQ(read_bytes(path()), "old");
  EXPECT_EQ(names(), "file ");
}

TEST_F(Atomic, OverwritesInPlace) {
  AtomicFile file(origin());
  file.write(as_bytes("abcdef"));
  file.write_at(1, as_bytes("XY"));
  file.write(as_bytes("g"));
  file.commit();
  EXPECT_EQ(read_bytes(path()), "aXYdefg");
}

TEST_F(Atomic, TakesOverThePermissions) {
  write("old");
  for (const mode_t permissions : {0600u, 0644u, 0440u, 0666u}) {
    chmod(path().c_str(), permissions);
    write("new");
    EXPECT_EQ(mode(), permissions);
  }
}

TEST_F(Atomic, LeavesNewFilesToTheUmask) {
  const mode_t old = umask(027);
  write("new");
  umask(old);
  EXPECT_EQ(mode(), 0640u);
}

TEST_F(Atomic, FollowsLinks) {
  folder_.write("there/target", "old");
  ASSERT_EQ(symlink("there/hop", path().c_str()), 0);
  ASSERT_EQ(symlink("target", folder_.path("there/hop").c_str()), 0);
  write("new");
  EXPECT_EQ(read_bytes(folder_.path("there/target")), "new");
  EXPECT_EQ(names(), "file there ");
  EXPECT_THAT(names_in(folder_.path("there")), ElementsAre("hop", "target"));
  unlink(folder_.path("there/target").c_str());
  write("again");  // the link leads nowhere yet
  EXPECT_EQ(read_bytes(folder_.path("there/target")), "again");
}

TEST_F(Atomic, RefusesACircleOfLinks) {
  ASSERT_EQ(symlink("file", path().c_str()), 0);
  EXPECT_THAT([&] { write("new"); },
              Raises<IoError>("save: " + path() +
                              ": links must lead to a file. Received: a circle of them."));
}

TEST_F(Atomic, RefusesWhatIsNoRegularFile) {
  const std::string rule = ": the path must be that of a regular file, or of none. Received: ";
  EXPECT_THAT(
      [&] {
        AtomicFile({"save", folder_.path()});
      },
      Raises<IoError>("save: " + folder_.path() + rule + "a directory."));
  EXPECT_THAT(
      [] {
        AtomicFile({"save", "/dev/full"});
      },
      Raises<IoError>("save: /dev/full" + rule + "a device, pipe or socket."));
}

TEST_F(Atomic, RefusesAFolderThatIsNotThere) {
  EXPECT_THAT(
      [&] {
        AtomicFile({"save", path() + "/x"});
      },
      Raises<IoError>("save: " + path() +
                      "/x: the file can't be created: No such file or directory."));
}

TEST_F(Atomic, TakesLongNames) {
  const std::string name(255, 'n');
  write_file({"save", folder_.path(name)}, as_bytes("new"));
  EXPECT_EQ(names(), name + " ");
}

TEST_F(Atomic, TakesNamesWithoutAFolder) {
  EXPECT_TRUE(holds_in_child([&] {
    if (chdir(folder_.path().c_str()) != 0) return false;
    write_file({"save", "file"}, as_bytes("new"));
    return read_bytes("file") == "new" && names() == "file ";
  }));
}

TEST_F(Atomic, KeepsTheOldFileWhereTheSystemAllowsNoLargerOne) {
  write("old");
  for (const rlim_t limit : {rlim_t{0}, rlim_t{1}, rlim_t{4096}, rlim_t{99'999}}) {
    EXPECT_TRUE(holds_in_child([&] {
      signal(SIGXFSZ, SIG_IGN);  // NOLINT: the write gives an error instead
      const rlimit largest{limit, limit};
      return setrlimit(RLIMIT_FSIZE, &largest) == 0 &&
             fails_and_keeps_the_old(100'000, "the file can't be written: File too large.");
    })) << limit;
  }
}

// Mounts need rights that few have; in a namespace of its own the child's mount ends with it.
TEST_F(Atomic, KeepsTheOldFileOnAFullDisk) {
  const auto mounts = [&] {
    return unshare(CLONE_NEWNS) == 0 &&
           mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
           mount("none", folder_.path().c_str(), "tmpfs", 0, "size=64k") == 0;
  };
  if (!holds_in_child(mounts)) GTEST_SKIP() << "no right to mount";
  for (const std::size_t size : {std::size_t{65'536}, std::size_t{1'000'000}}) {
    EXPECT_TRUE(holds_in_child([&] {
      if (!mounts()) return false;
      write("old");
      return fails_and_keeps_the_old(size, "the file can't be written: No space left on device.");
    })) << size;
  }
}

TEST_F(Atomic, RemovesTheTemporaryWhenAnExceptionPasses) {
  write("old");
  EXPECT_THROW(
      {
        AtomicFile file(origin());
        file.write(as_bytes("new"));
        throw std::runtime_error("elsewhere");
      },
      std::runtime_error);
  EXPECT_EQ(read_bytes(path()), "old");
  EXPECT_EQ(names(), "file ");
}

/// Content that shows whether it is whole: its length, then that many copies of a letter.
Bytes content(std::size_t length, char letter) {
  return big_endian(length, 8) + Bytes(length, letter);
}
bool is_whole(const Bytes& bytes) {
  if (bytes.size() < 9) return false;
  const char letter = bytes[8];
  return bytes == content(bytes.size() - 8, letter);
}

TEST_F(Atomic, IsNeverSeenBrokenWhileSeveralProcessesWrite) {
  write(content(10, 'a'));
  std::vector<pid_t> children;
  for (const char letter : {'b', 'c', 'd'}) {
    children.push_back(fork());
    if (children.back() != 0) continue;
    alarm(120);
    for (std::size_t i = 1; i <= 30; ++i) write(content(i * 3001, letter));
    _exit(0);
  }
  for (const pid_t child : children) {
    int status = 1;
    while (waitpid(child, &status, WNOHANG) == 0) ASSERT_TRUE(is_whole(read_bytes(path())));
    EXPECT_EQ(status, 0);
  }
  EXPECT_TRUE(is_whole(read_bytes(path())));
  EXPECT_EQ(names(), "file ");
}

// How far the child has come when the signal meets it depends on how many reads come before.
TEST_F(Atomic, SurvivesAKillAtAnyMoment) {
  std::minstd_rand random(1);
  write(content(10, 'a'));
  for (int kill_number = 0; kill_number < 100; ++kill_number) {
    const pid_t child = fork();
    if (child == 0) {
      alarm(120);
      for (std::size_t i = 0;; ++i) write(content(1 + i * 7919 % 100'000, i % 2 == 0 ? 'b' : 'c'));
    }
    for (auto reads = random() % 200; reads > 0; --reads) {
      ASSERT_TRUE(is_whole(read_bytes(path())));
    }
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status)) << status;
    ASSERT_TRUE(is_whole(read_bytes(path())));
  }
}

}  // namespace
}  // namespace strata::io
