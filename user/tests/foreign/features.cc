/*
 * features.cc: what C++'s library asks of a kernel.  Each line says what was
 * done and its result.
 */
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <fstream>
#include <future>
#include <iostream>
#include <map>
#include <mutex>
#include <random>
#include <regex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

thread_local int own = 1;

static int
thrower(int depth)
{
    if (depth == 0) {
        throw std::runtime_error("from below");
    }
    return thrower(depth - 1) + 1;
}

static void
exceptions()
{
    try {
        thrower(20);
    } catch (const std::exception &e) {
        std::cout << "exception: " << e.what() << "\n";
    }
    auto failing = std::async(std::launch::async, [] { return thrower(2); });
    try {
        failing.get();
    } catch (const std::runtime_error &e) {
        std::cout << "through a future: " << e.what() << "\n";
    }
}

static void
threads()
{
    std::vector<std::thread> all;
    std::atomic<int> sum{0}, others{0};
    std::mutex mutex;
    int counter = 0;
    for (int i = 0; i < 8; i++) {
        all.emplace_back([&, i] {
            own += i;
            sum += i;
            others += own == 1 + i;
            for (int j = 0; j < 1000; j++) {
                std::lock_guard<std::mutex> guard(mutex);
                counter++;
            }
        });
    }
    for (auto &t : all) {
        t.join();
    }
    std::cout << "threads: " << sum << " " << counter << ", thread_local: "
              << others << " " << own << "\n";
}

static void
conditions()
{
    std::mutex mutex;
    std::condition_variable cond;
    bool ready = false;
    std::thread t([&] {
        std::lock_guard<std::mutex> guard(mutex);
        ready = true;
        cond.notify_all();
    });
    std::unique_lock<std::mutex> lock(mutex);
    cond.wait(lock, [&] { return ready; });
    bool late = !cond.wait_for(lock, std::chrono::milliseconds(5),
                               [] { return false; });
    lock.unlock();
    t.join();
    std::cout << "condition: " << ready << " " << late << "\n";
}

static void
futures()
{
    std::vector<std::future<int>> all;
    int sum = 0;
    for (int i = 0; i < 10; i++) {
        all.push_back(std::async(std::launch::async, [i] { return i * i; }));
    }
    for (auto &f : all) {
        sum += f.get();
    }
    std::promise<std::string> promise;
    auto future = promise.get_future();
    std::thread t([&] { promise.set_value("kept"); });
    std::cout << "futures: " << sum << ", promise " << future.get() << "\n";
    t.join();
}

static void
library()
{
    std::regex pattern("([a-z]+)=([0-9]+)");
    std::smatch found;
    std::string text = "the answer=42 of it";
    std::regex_search(text, found, pattern);
    std::cout << "regex: " << found[1] << " " << found[2] << "\n";
    std::random_device device;
    std::cout << "random: " << (device() != device()) << "\n";
    std::ofstream("note") << "written " << 7 << std::endl;
    std::ifstream in("note");
    std::string word;
    int number = 0;
    in >> word >> number;
    std::cout << "file: " << word << " " << number << "\n";
    std::map<int, std::string> map;
    for (int i = 0; i < 10000; i++) {
        map[i] = std::to_string(i);
    }
    std::cout << "map: " << map.size() << " " << map[9999] << "\n";
    std::once_flag flag;
    int times = 0;
    for (int i = 0; i < 3; i++) {
        std::call_once(flag, [&] { times++; });
    }
    std::cout << "once: " << times << "\n";
}

int
main()
{
    exceptions();
    threads();
    conditions();
    futures();
    library();
    std::string line;
    while (std::getline(std::cin, line)) {
        std::cout << "read: " << line << std::endl;
    }
}
