"""The tables of the chip: facts that the manual states, and that the header says as well."""

from __future__ import annotations

import pytest

from ecot.envs.embedded.device.header import header
from ecot.envs.embedded.device.pins import functions, places
from ecot.envs.embedded.device.tables import blocks, instances, interrupts, locate
from ecot.envs.embedded.runtime import vectors


@pytest.mark.parametrize(
    ("address", "peripheral", "register"),
    [
        (0x40023830, "RCC", "AHB1ENR"),
        (0x40020C14, "GPIOD", "ODR"),
        (0x40020024, "GPIOA", "AFR"),
        (0x40004408, "USART2", "BRR"),
        (0x4000183C, "TIM12", "CCR3"),
        (0x40026470, "DMA2_Stream4", "CR"),
        (0x4001204C, "ADC1", "DR"),
        (0x40012304, "ADC", "CCR"),
        (0x50060808, "RNG", "DR"),
    ],
)
def test_registers_lie_where_the_manual_says(address: int, peripheral: str, register: str) -> None:
    found = locate(address)
    assert found is not None
    assert (found[0].name, found[1].name) == (peripheral, register)


def test_no_two_registers_of_a_block_share_an_address() -> None:
    for block in blocks().values():
        offsets = [item.offset + 4 * index for item in block.registers for index in range(item.count)]
        assert len(offsets) == len(set(offsets)), block.name


def test_no_two_fields_of_a_register_overlap() -> None:
    for block in blocks().values():
        for register in block.registers:
            used = 0
            for field in register.fields:
                if not field.twin:
                    assert not used & field.mask, (block.name, register.name, field.name)
                    used |= field.mask


def test_every_enable_bit_exists() -> None:
    rcc = blocks()["RCC"]
    for instance in instances().values():
        if instance.enable:
            assert instance.enable in {field.name for field in rcc[f"{instance.bus}ENR"].fields}, instance.name


@pytest.mark.parametrize(
    ("signal", "pins"),
    [
        ("TIM12_CH2", {"PB15": 9, "PH9": 9}),
        ("USART2_TX", {"PA2": 7, "PD5": 7}),
        ("USART6_TX", {"PC6": 8, "PG14": 8}),
        ("SPI3_SCK", {"PB3": 6, "PC10": 6}),
        ("I2C3_SCL", {"PA8": 4, "PH7": 4}),
    ],
)
def test_signals_are_on_the_pins_of_the_data_sheet(signal: str, pins: dict[str, int]) -> None:
    assert dict(places()[signal]) == pins


def test_an_alternate_function_follows_its_number() -> None:
    groups = {1: ("TIM1", "TIM2"), 2: ("TIM3", "TIM4", "TIM5"), 3: ("TIM8", "TIM9", "TIM10", "TIM11"), 4: ("I2C",)}
    for (pin, number), signals in functions().items():
        for signal in signals:
            if number in groups:
                assert signal.startswith(groups[number]), (pin, number, signal)


def test_the_vector_table_has_98_entries() -> None:
    table = vectors().partition("vector_table_[])(void) = {")[2]
    assert table.count(",") + 1 == 16 + 82
    assert interrupts()["TIM8_BRK_TIM12"] == 43


def test_the_header_is_the_same_every_time_and_names_bits_as_cmsis_does() -> None:
    text = header()
    assert text == header()
    for name in ("RCC_AHB1ENR_GPIODEN", "USART_SR_TXE", "TIM_CCMR1_OC1M_2", "GPIO_MODER_MODE5_0", "DMA_SxCR_CHSEL_Pos"):
        assert f"#define {name} " in text
