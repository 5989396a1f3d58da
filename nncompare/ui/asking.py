"""Asks networks about what is looked at: at once, and again as they learn."""

from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import Generic, TypeAlias, TypeVar

from nncompare.comparison.inspectable import TOLD_AS_THEY_ARE, Inspectable
from nncompare.inspection import Answer, Inquiry, NetworkState
from nncompare.ui.newest import Newest
from nncompare.ui.refresher import Refresher

Subject = TypeVar("Subject")
Networks: TypeAlias = tuple[NetworkState, ...]


class Asking(Generic[Subject]):
    """Asks one question at a time; while nobody looks, nothing new by itself.

    `inquire` makes an inquiry of networks, their data set and a subject. `on_answer` hears a subject with the answer;
    it may be the one before, but of the same networks. `on_failed` hears a sentence where there is no answer. Networks
    that learn are asked about the same subject again after `rest` seconds.

    Attributes
    ----------
    pair : Inspectable or None
        Whose networks are asked.
    """

    def __init__(
        self,
        refresher: Refresher,
        inquire: Callable[[Networks, str, Subject], Inquiry],
        on_answer: Callable[[Subject, Answer], None],
        on_failed: Callable[[str], None],
        rest: Callable[[Networks], float],
    ) -> None:
        self._newest, self._inquire, self._rest = Newest(refresher), inquire, rest
        self._on_answer, self._tell = on_answer, on_failed
        self.pair: Inspectable | None = None
        self._subject: Subject | None = None
        self._is_visible = False
        self._asked: object = None  # about what, and which networks
        self._has_failed = False
        self._epochs: list[float] = []
        self._rests_until = 0.0

    @property
    def seconds(self) -> float:
        """For how long an answer has been waited for; 0 while none is."""
        return self._newest.seconds

    @property
    def networks(self) -> Networks:
        """The networks that can be asked about the subject; none without one."""
        return self.pair.networks if self.pair is not None and self._subject is not None else ()

    def look_at(self, pair: Inspectable | None, subject: Subject | None) -> None:
        """Ask these networks about this from now on; of others, or about nothing, no answer is wanted any more."""
        if pair is not self.pair or subject is None:
            self._newest.forget()
            self._asked = None
        self.pair, self._subject = pair, subject
        self.tick()

    def set_visible(self, is_visible: bool) -> None:
        """Set whether anybody looks; who comes back to where there was no answer asks again."""
        if is_visible and self._has_failed:
            self._asked = None
        self._is_visible = is_visible
        self.tick()

    def tick(self) -> None:
        """Ask if something else is looked at, or the networks have learned on and rested."""
        networks = self.networks
        if not networks:
            self._asked = None
        elif self._is_visible and self._is_due(networks):
            self.ask()

    def ask(self) -> None:
        """Ask now."""
        pair, subject, networks = self.pair, self._subject, self.networks
        if pair is None or subject is None or not networks:
            return
        self._asked, self._epochs = self._question(networks), _epochs(networks)
        self._rests_until, self._has_failed = monotonic() + self._rest(networks), False
        inquiry = self._inquire(networks, pair.comparison.dataset, subject)
        self._newest.ask(partial(pair.inspect, inquiry), partial(self._on_answer, subject), self._fail)

    def _is_due(self, networks: Networks) -> bool:
        if self._question(networks) != self._asked:
            return True
        assert self.pair is not None
        is_rested = self.pair.state.is_over or monotonic() >= self._rests_until
        return is_rested and not self._newest.is_waiting and _epochs(networks) != self._epochs

    def _question(self, networks: Networks) -> object:
        return self._subject, [network.name for network in networks]  # of two that train, one may be there first

    def _fail(self, error: Exception) -> None:
        self._has_failed = True
        mistake = f"The networks could not answer ({type(error).__name__}: {error})."
        self._tell(str(error) if isinstance(error, TOLD_AS_THEY_ARE) else mistake)


def _epochs(networks: Networks) -> list[float]:
    return [network.epoch for network in networks]
