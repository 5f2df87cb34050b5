"""Writes `stm32f407xx.h` from the tables: structures, instances, interrupts and bits as CMSIS names them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ecot.envs.embedded.device.tables import Block, Field, Register, blocks, instances, interrupts

_CORE = (
    ("NonMaskableInt", -14),
    ("HardFault", -13),
    ("MemoryManagement", -12),
    ("BusFault", -11),
    ("UsageFault", -10),
    ("SVCall", -5),
    ("DebugMonitor", -4),
    ("PendSV", -2),
    ("SysTick", -1),
)
_NAMED_BITS = 5
"""Fields of up to so many bits also get a name for each bit, as in CMSIS."""
_PREFIX = {
    ("DMA_Stream", "CR"): "DMA_SxCR",
    ("DMA_Stream", "NDTR"): "DMA_SxNDT",
    ("DMA_Stream", "PAR"): "DMA_SxPAR",
    ("DMA_Stream", "M0AR"): "DMA_SxM0AR",
    ("DMA_Stream", "M1AR"): "DMA_SxM1AR",
    ("DMA_Stream", "FCR"): "DMA_SxFCR",
    ("ADC_Common", "CSR"): "ADC_CSR",
    ("ADC_Common", "CCR"): "ADC_CCR",
    ("ADC_Common", "CDR"): "ADC_CDR",
}
_VALUES = (Path(__file__).parent / "values.h").read_text(encoding="utf-8")


def header() -> str:
    """Return the text of the device header."""
    parts = [
        "/* Registers of the STM32F407, written by the package from its tables (RM0090). */",
        "#ifndef STM32F407XX_H",
        "#define STM32F407XX_H",
        "#include <stdint.h>",
        "#define __CM4_REV 0x0001U",
        "#define __MPU_PRESENT 1U",
        "#define __NVIC_PRIO_BITS 4U",
        "#define __Vendor_SysTickConfig 0U",
        "#define __FPU_PRESENT 1U",
        *_numbers(),
        '#include "core_cm4.h"',
        "extern uint32_t SystemCoreClock;",
        "void SystemInit(void);",
        "void SystemCoreClockUpdate(void);",
        *(line for block in blocks().values() for line in _structure(block)),
        *_instances(),
        *(line for block in blocks().values() for line in _bits(block)),
        _VALUES,
        "#endif",
    ]
    return "\n".join(parts) + "\n"


def _numbers() -> Iterator[str]:
    yield "typedef enum {"
    yield from (f"    {name}_IRQn = {number}," for name, number in _CORE)
    yield from (f"    {name}_IRQn = {number}," for name, number in interrupts().items())
    yield "} IRQn_Type;"


def _type(block: Block) -> str:
    return f"{block.name}_TypeDef"


def _structure(block: Block) -> Iterator[str]:
    yield "typedef struct {"
    position, gap = 0, 0
    for register in block.registers:
        if register.offset > position:
            yield f"    uint32_t RESERVED{gap}[{(register.offset - position) // 4}];"
            gap += 1
        many = f"[{register.count}]" if register.count > 1 else ""
        yield f"    __IO uint32_t {register.name}{many};"
        position = register.offset + 4 * register.count
    yield f"}} {_type(block)};"


def _instances() -> Iterator[str]:
    yield from (
        f"#define {name} ((uint32_t){value}U)"
        for name, value in (
            ("FLASH_BASE", "0x08000000"),
            ("SRAM1_BASE", "0x20000000"),
            ("SRAM2_BASE", "0x2001C000"),
            ("CCMDATARAM_BASE", "0x10000000"),
            ("PERIPH_BASE", "0x40000000"),
            ("PERIPH_BB_BASE", "0x42000000"),
            ("SRAM1_BB_BASE", "0x22000000"),
            ("UID_BASE", "0x1FFF7A10"),
            ("FLASHSIZE_BASE", "0x1FFF7A22"),
            ("APB1PERIPH_BASE", "0x40000000"),
            ("APB2PERIPH_BASE", "0x40010000"),
            ("AHB1PERIPH_BASE", "0x40020000"),
            ("AHB2PERIPH_BASE", "0x50000000"),
        )
    )
    for name, item in instances().items():
        base = {"FLASH": "FLASH_R_BASE", "ADC": "ADC123_COMMON_BASE"}.get(name, f"{name}_BASE")
        public = "ADC123_COMMON" if name == "ADC" else name
        yield f"#define {base} ((uint32_t)0x{item.base:08X}U)"
        yield f"#define {public} (({_type(item.block)} *){base})"
    yield "#define ADC ADC123_COMMON"
    yield "#define DAC1 DAC"


def _bits(block: Block) -> Iterator[str]:
    for register in block.registers:
        for item in register.fields:
            if item.name != "-":
                yield from _definitions(_prefix(block, register), item)


def _prefix(block: Block, register: Register) -> str:
    return _PREFIX.get((block.name, register.name), f"{block.name}_{register.name}")


def _definitions(prefix: str, item: Field) -> Iterator[str]:
    name = f"{prefix}_{item.name}"
    width = 16 if name.startswith("TIM_CCR") else item.width  # CMSIS names the width that all timers share
    yield f"#define {name}_Pos ({item.at}U)"
    yield f"#define {name}_Msk (0x{((1 << width) - 1):X}UL << {name}_Pos)"
    yield f"#define {name} {name}_Msk"
    if 1 < item.width <= _NAMED_BITS:
        yield from (f"#define {name}_{bit} (0x{1 << bit:X}UL << {name}_Pos)" for bit in range(item.width))
