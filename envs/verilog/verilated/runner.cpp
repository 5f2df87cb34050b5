// Plays the lines of a vectors file into a translated design and writes a line of outputs for each sample.
//
// Compiled once for a machine. The design arrives as a shared object. It is played several times side by side, each
// time with other start values for what the source leaves unknown: an output bit on which the plays differ is an x.

#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "model.h"

namespace {

constexpr int all_zeros = 0;
constexpr int all_ones = 1;
constexpr int random_bits = 2;
constexpr int plays = 8;
constexpr int failed = 2;
constexpr int unsettled = 3;

using Create = ecot::Model* (*)(VerilatedContext*);

std::unique_ptr<VerilatedContext> context_of(int play) {
    auto context = std::make_unique<VerilatedContext>();
    context->randReset(play == 0 ? all_zeros : play == 1 ? all_ones : random_bits);
    context->randSeed(play + 1);
    return context;
}

void sample(const std::vector<std::unique_ptr<ecot::Model>>& models, int width, std::ofstream& trace) {
    std::string merged(width, '0');
    std::string one(width, '0');
    for (std::size_t play = 0; play < models.size(); ++play) {
        std::string& bits = play == 0 ? merged : one;
        models[play]->outputs(&bits[0]);
        if (play == 0) continue;
        for (int bit = 0; bit < width; ++bit) {
            if (merged[bit] != one[bit]) merged[bit] = 'x';
        }
    }
    trace << merged << '\n';
}

}  // namespace

// The runtime calls these in place of its own.
void vl_fatal(const char* file, int line, const char*, const char* message) {
    std::fprintf(stderr, "%%Error: %s:%d: %s\n", file, line, message);
    std::_Exit(unsettled);
}
void vl_finish(const char*, int, const char*) {}
void vl_stop(const char*, int, const char*) {}

// Arguments: the shared object, the vectors, the trace, whether there is a clock, input bits, output bits.
int main(int count, char** arguments) {
    if (count != 7) return failed;
    void* const object = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
    if (object == nullptr) {
        std::fprintf(stderr, "%s\n", dlerror());
        return failed;
    }
    const auto create = reinterpret_cast<Create>(dlsym(object, "ecot_model"));
    std::ifstream vectors(arguments[2]);
    std::ofstream trace(arguments[3]);
    if (create == nullptr || !vectors || !trace) return failed;
    const bool clocked = std::atoi(arguments[4]) != 0;
    const std::size_t input_bits = std::atoi(arguments[5]);
    const int output_bits = std::atoi(arguments[6]);

    std::vector<std::unique_ptr<VerilatedContext>> contexts;
    std::vector<std::unique_ptr<ecot::Model>> models;
    for (int play = 0; play < plays; ++play) {
        contexts.push_back(context_of(play));
        Verilated::threadContextp(contexts.back().get());
        models.emplace_back(create(contexts.back().get()));
    }
    const auto each = [&](auto action) {
        for (std::size_t play = 0; play < models.size(); ++play) {
            Verilated::threadContextp(contexts[play].get());
            action(*models[play]);
        }
    };
    std::string bits;
    bool first = true;
    while (vectors >> bits && bits.size() == input_bits) {
        if (first) each([&](ecot::Model& model) { model.start(bits.c_str()); });
        first = false;
        each([&](ecot::Model& model) { model.inputs(bits.c_str()); });
        sample(models, output_bits, trace);
        if (!clocked) continue;
        each([&](ecot::Model& model) { model.clock(true); });
        sample(models, output_bits, trace);
        each([&](ecot::Model& model) { model.clock(false); });
    }
    trace.close();
    std::fflush(nullptr);
    std::_Exit(0);  // without destructors: what the design allocated goes with the process
}
