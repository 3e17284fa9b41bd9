"""Writes are whole or not at all, and keep what was not changed."""

import os

import pytest

from planner import files
from planner.errors import InputError


def test_comments_and_order_survive_an_edit():
    text = '# mine\nname = "X"   # the name\n\n[set]\naccelerators = "8 accelerator"  # small\n'
    after = files.edited(text, {("set", "accelerators"): "16 accelerator", ("set", "pue"): "1.2"}, "x.toml")
    assert '# mine\nname = "X"   # the name' in after
    assert 'accelerators = "16 accelerator"  # small' in after
    assert 'pue = "1.2"' in after


def test_a_value_with_more_to_say_keeps_it():
    text = '[power]\nvalue = "700 W/accelerator"\nnote = "why"\n'
    after = files.edited(text, {("power",): "650 W/accelerator"}, "x.toml")
    assert 'value = "650 W/accelerator"' in after and 'note = "why"' in after


def test_a_file_changed_meanwhile_is_left_alone(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text("a = 1\n")
    seen = files.fingerprint(path)
    path.write_text("a = 2\n")
    with pytest.raises(InputError, match="changed by someone else"):
        files.write_atomically(path, "a = 3\n", expected=seen)
    assert path.read_text() == "a = 2\n"


def test_a_failed_write_leaves_the_old_file_and_no_rest(tmp_path, monkeypatch):
    path = tmp_path / "a.toml"
    path.write_text("a = 1\n")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="No space left on device; the old file is unchanged"):
        files.write_atomically(path, "a = 2\n")
    assert path.read_text() == "a = 1\n"
    assert [p.name for p in tmp_path.iterdir()] == ["a.toml"]


def test_a_link_is_written_through(tmp_path):
    target, link = tmp_path / "target.toml", tmp_path / "link.toml"
    target.write_text("a = 1\n")
    link.symlink_to(target)
    files.write_atomically(link, "a = 2\n")
    assert link.is_symlink() and target.read_text() == "a = 2\n"
