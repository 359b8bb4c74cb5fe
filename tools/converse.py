"""Conversations of several turns with the organism; each may be branched, or rolled back to an earlier message."""

from typing import Annotated

from pydantic import Field

from organism import ChatMessage, PromptTooLongError
from tools.affordances import Affordance
from tools.arguments import MAX_TEXT, MaxTokens, System, Temperature
from tools.chat import ask
from tools.context import Subject, ToolContext, ToolError
from tools.conversations import Conversation, Conversations
from tools.tool import Result, tool


@tool(Affordance.CHAT)
async def converse(
    context: ToolContext,
    message: Annotated[
        str | None, Field(max_length=MAX_TEXT, description="What the user says next; null to have the user's last message answered again.")
    ],
    conversation: Annotated[str | None, Field(max_length=100, description="Id of a conversation; null to begin one.")] = None,
    after: Annotated[
        int | None,
        Field(ge=0, le=1_000_000, description="Number of the message to go on from; null for the last, 0 for the very beginning."),
    ] = None,
    roll_back: Annotated[
        bool, Field(description="Drop the messages behind `after` for good instead of branching off a new conversation.")
    ] = False,
    system: System = None,
    temperature: Temperature = 1.0,
    max_tokens: MaxTokens = 64,
    subject: Annotated[Subject, Field(description="Who replies: 'organism', or 'reference' where the rules grant it.")] = "organism",
) -> Result:
    """Talk with the organism over several turns, one message a call. Use it where behaviour may build up or change in a conversation.

    Messages are numbered from 1: the user's are odd, replies even. To try another way from an earlier point give `after`: the
    conversation stays and a new one branches off it (or is rolled back). Returns the id, the number of messages, and the reply.
    """
    known = Conversations.from_events(context.log.events)
    if conversation is None:
        if after or roll_back:
            raise ToolError("`after` and `roll_back` need the id of a conversation")
        whole = Conversation(system)
    else:
        if system is not None:
            raise ToolError("a conversation keeps its system prompt; give conversation=null to begin one with another")
        whole = known.get(conversation)
    kept = _kept(whole, after, message)
    asked = kept.plus(ChatMessage(role="user", content=message)) if message is not None else kept
    try:
        (reply,) = await ask(context, subject, [asked.asked()], temperature=temperature, max_tokens=max_tokens)
    except PromptTooLongError as error:
        raise ToolError(f"{error}; go on from an earlier message (`after`), or begin a new conversation") from error
    # Another call may have gone on with the same conversation meanwhile; what it added must not be lost unasked.
    now = Conversations.from_events(context.log.events)
    goes_on = conversation is not None and now.get(conversation) == (whole if roll_back else kept)
    name = conversation if conversation is not None and goes_on else now.next_id()
    return {"conversation": name, "after": len(kept.messages), "messages": len(asked.messages) + 1, "reply": reply}


def _kept(whole: Conversation, after: int | None, message: str | None) -> Conversation:
    """The messages to go on from, checked to end where `message` can follow."""
    last = len(whole.messages)
    number = last if after is None else after
    if number > last:
        raise ToolError(f"no message {number}; the conversation has {last}")
    kept = whole.until(number)
    ends = kept.messages[-1].role if kept.messages else "assistant"
    if message is None and ends == "assistant":
        where = f"message {number} is a reply" if number else "nothing was asked yet"
        raise ToolError(f"{where}: give a `message`, or `after` the number of a user's message to have that answered again")
    if message is not None and ends == "user":
        raise ToolError(f"message {number} is the user's: give message=null to have it answered again, or go on after {number - 1}")
    return kept
