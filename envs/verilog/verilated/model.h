// What a translated design and the program that plays vectors into it know of each other. This header is precompiled,
// once for a machine, with the runtime of Verilator; of a candidate, only its own translation is compiled.

#ifndef ECOT_MODEL_H
#define ECOT_MODEL_H

#include "verilated.h"

namespace ecot {

// One design in one simulation; unknown start values are zeros, ones or random bits.
class Model {
  public:
    virtual ~Model() = default;
    virtual void start(const char* bits) = 0;
    virtual void inputs(const char* bits) = 0;
    virtual void clock(bool level) = 0;
    virtual void outputs(char* bits) = 0;
};

inline void set_bit(CData& port, int bit, bool value) { port = (port & ~(1U << bit)) | (unsigned{value} << bit); }
inline void set_bit(SData& port, int bit, bool value) { port = (port & ~(1U << bit)) | (unsigned{value} << bit); }
inline void set_bit(IData& port, int bit, bool value) { port = (port & ~(IData{1} << bit)) | (IData{value} << bit); }
inline void set_bit(QData& port, int bit, bool value) { port = (port & ~(QData{1} << bit)) | (QData{value} << bit); }
template <std::size_t words>
inline void set_bit(VlWide<words>& port, int bit, bool value) {
    set_bit(port[bit / 32], bit % 32, value);
}

template <typename Word>
inline bool get_bit(const Word& port, int bit) {
    return (port >> bit) & 1U;
}
template <std::size_t words>
inline bool get_bit(const VlWide<words>& port, int bit) {
    return (port[bit / 32] >> (bit % 32)) & 1U;
}

// The design under the wrapper with one clock, one vector of inputs and one of outputs.
template <typename Design, int input_bits, int output_bits>
class ModelOf final : public Model {
  public:
    explicit ModelOf(VerilatedContext* context)
        : m_design{context} {}

    void start(const char* bits) override {
        // Every input is the inverse of its first value, so that the first value is an edge, as it is after an x.
        for (int bit = 0; bit < input_bits; ++bit) set_bit(m_design.ecot_inputs, bit, bits[input_bits - 1 - bit] == '0');
        m_design.ecot_clock = 0;
        m_design.eval();
    }
    void inputs(const char* bits) override {
        for (int bit = 0; bit < input_bits; ++bit) set_bit(m_design.ecot_inputs, bit, bits[input_bits - 1 - bit] == '1');
        m_design.eval();
    }
    void clock(bool level) override {
        m_design.ecot_clock = level;
        m_design.eval();
    }
    void outputs(char* bits) override {
        for (int bit = 0; bit < output_bits; ++bit) {
            bits[output_bits - 1 - bit] = get_bit(m_design.ecot_outputs, bit) ? '1' : '0';
        }
    }

  private:
    Design m_design;
};

}  // namespace ecot

#endif
