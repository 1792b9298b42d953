%% The server of the restart case. It counts what it handles since its start.
-module(victim).
-behaviour(gen_server).
-export([start_link/1, init/1, handle_call/3, handle_cast/2, handle_info/2]).

start_link(Watcher) -> gen_server:start_link({local, victim}, ?MODULE, Watcher, []).

init(Watcher) ->
    Watcher ! started,
    {ok, {Watcher, 0}}.

handle_info(crash, _) -> error(crashed_on_purpose);
handle_info({0, Seq}, {Watcher, Count}) ->
    Watcher ! {handled, Count + 1, Seq},
    {noreply, {Watcher, Count + 1}}.

handle_call(_, _, State) -> {noreply, State}.
handle_cast(_, State) -> {noreply, State}.
