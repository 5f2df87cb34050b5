"""Messages between a host and its supervisor."""

from __future__ import annotations

import os
import socket
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecot.envs.sandbox.supervisor.wire import Channel, ChannelClosed


@given(st.dictionaries(st.text(), st.integers() | st.text() | st.none()), st.lists(st.binary(max_size=200), max_size=5))
def test_what_is_sent_arrives(message, blobs):
    left, right = map(Channel, socket.socketpair())
    left.send(message, blobs)
    assert right.receive() == (message, blobs)
    left.close()
    right.close()


def test_a_message_larger_than_the_socket_buffer_arrives_whole():
    left, right = map(Channel, socket.socketpair())
    blob = os.urandom(8 << 20)
    sender = threading.Thread(target=left.send, args=({"a": 1}, [b"", blob]))
    sender.start()
    assert right.receive() == ({"a": 1}, [b"", blob])
    sender.join()
    left.close()
    right.close()


def test_the_end_of_the_other_side_is_told_apart_from_silence():
    left, right = map(Channel, socket.socketpair())
    right.timeout(0.01)
    with pytest.raises(TimeoutError):
        right.receive()
    left.close()
    with pytest.raises(ChannelClosed):
        right.receive()
    with pytest.raises(ChannelClosed):
        right.send({})
    right.close()


def test_a_message_that_claims_to_be_huge_is_refused_before_it_is_read():
    end, right = socket.socketpair()
    end.sendall(b"\xff" * 8)
    channel = Channel(right)
    with pytest.raises(ChannelClosed, match="too long"):
        channel.receive()
    end.close()
    channel.close()


def test_open_files_pass_and_do_not_leak_into_programs():
    left, right = map(Channel, socket.socketpair())
    reader, writer = os.pipe()
    left.send_descriptors([writer])
    (received,) = right.receive_descriptors(1)
    os.write(received, b"x")
    assert os.read(reader, 1) == b"x"
    assert not os.get_inheritable(received)
    for descriptor in (reader, writer, received):
        os.close(descriptor)
    left.close()
    right.close()
