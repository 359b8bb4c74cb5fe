"""What no record of training data may be."""

import pytest

from organism.foundry.universe import Chat, PreferencePair


def test_conversations_end_as_they_must() -> None:
    user, assistant = {"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}
    with pytest.raises(ValueError, match="must be the assistant's"):
        Chat.model_validate({"id": "1", "messages": [assistant, user]})
    with pytest.raises(ValueError, match="must be the user's"):
        PreferencePair.model_validate({"id": "1", "prompt": [user, assistant], "chosen": "a", "rejected": "b", "attack": None})
