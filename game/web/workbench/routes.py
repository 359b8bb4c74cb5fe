"""All pages of a team, below one address."""

from fastapi import APIRouter

from game.web.workbench import calls, desk, reporting

router = APIRouter()
for part in (desk.router, calls.router, reporting.router):
    router.include_router(part)
