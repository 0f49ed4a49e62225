from serving.console.portfolio.album import MOST_KEPT, Album


def test_what_was_made_of_a_run_is_kept_until_the_next():
    album, made = Album(), []

    def ask(*key):
        return album.of(key, lambda: made.append(key) or key)

    assert [ask("run1", "a"), ask("run1", "a"), ask("run1", "b")] == [
        ("run1", "a"), ("run1", "a"), ("run1", "b")
    ]  # fmt: skip
    ask("run2", "a")
    ask("run1", "a")
    assert made == [("run1", "a"), ("run1", "b"), ("run2", "a"), ("run1", "a")]


def test_it_does_not_grow_without_end():
    album = Album()
    for number in range(3 * MOST_KEPT):
        album.of(("run", str(number)), lambda: "made")
    assert len(album._kept) <= MOST_KEPT
