%% A server that crashes on a message, and its supervisor.
-module(supervised).
-behaviour(supervisor).
-export([start_link/1, init/1]).

start_link(Watcher) -> supervisor:start_link(?MODULE, Watcher).

%% As many restarts as there may be: they are what is measured.
init(Watcher) ->
    {ok, {#{strategy => one_for_one, intensity => 1000000000, period => 1},
          [#{id => victim, start => {victim, start_link, [Watcher]}, restart => permanent}]}}.
