%% The cases that Erlang's virtual machine can do, with the same work as in the
%% Go files: each message is counted and is checked to be the next one of its
%% sender, and the clock stops when the last one has been handled.
%%
%%     erl -noshell +P 4000000 -run bench main 1s Tell1to1
%%
%% prints one line for each case, as go test does. The time is as for -benchtime:
%% a duration in seconds, or a number of operations such as 100000x.
-module(bench).
-export([main/1, cases/0]).

main([Time | Cases]) ->
    logger:set_primary_config(level, none), % crashes are part of the work
    [print(Case, measure(Case, Time)) || Case <- Cases],
    halt().

print(Case, {N, Metrics}) ->
    Figures = [io_lib:format("\t~s ~s", [figure(V), U]) || {V, U} <- Metrics],
    io:format("Benchmark~s/system=beam\t~8b~s~n", [Case, N, Figures]).

figure(V) when is_integer(V) -> integer_to_list(V);
figure(V) -> float_to_list(V, [{decimals, 1}]).

cases() ->
    #{"Tell1to1" => fun(N) -> tell(N, 1) end,
      "Tell8to1" => fun(N) -> tell(N, 8) end,
      "Pipeline3" => fun pipeline/1,
      "AskSeq" => fun(N) -> ask(N, 1) end,
      "Ask64" => fun(N) -> ask(N, 64) end,
      "PingPong" => fun ping_pong/1,
      "Ring503" => fun(N) -> ring(N, 503) end,
      "Fanout1000" => fun(N) -> fanout(N, 1000) end,
      "Restart" => fun restart/1,
      "Spawn100k" => fun(N) -> spawned(N, 100000) end,
      "Spawn1M" => fun(N) -> spawned(N, 1000000) end,
      "Skynet100k" => fun(N) -> skynet(N, 100000) end,
      "Skynet1M" => fun(N) -> skynet(N, 1000000) end}.

%% measure runs a case with more and more operations until that takes as long as
%% asked. A case returns the nanoseconds it took, and further figures.
measure(Case, Time) ->
    Run = maps:get(Case, cases()),
    case lists:last(Time) of
        $x ->
            N = list_to_integer(lists:droplast(Time)),
            Run(min(N, 100)),
            once(Run, N);
        $s ->
            Want = list_to_number(lists:droplast(Time)) * 1.0e9,
            more(Run, 100, Want)
    end.

list_to_number(S) ->
    try list_to_float(S) catch error:badarg -> float(list_to_integer(S)) end.

once(Run, N) ->
    {Ns, More} = Run(N),
    {N, [{Ns / N, "ns/op"} | More]}.

more(Run, N, Want) ->
    {Ns, More} = Run(N),
    if
        Ns >= Want * 0.8; N >= 20000000 -> {N, [{Ns / N, "ns/op"} | More]};
        true -> more(Run, min(N * 100, max(N * 2, trunc(N * Want * 1.1 / max(Ns, 1)))), Want)
    end.

%% timed runs a function in a fresh process, whose heap is nobody else's.
timed(Prepare) ->
    Self = self(),
    {_, M} = spawn_opt(fun() ->
        Go = Prepare(),
        Began = erlang:monotonic_time(nanosecond),
        Go(),
        Self ! {took, erlang:monotonic_time(nanosecond) - Began}
    end, [monitor, {message_queue_data, off_heap}]),
    receive
        {took, Ns} -> erlang:demonitor(M, [flush]), {Ns, []};
        {'DOWN', M, process, _, Why} -> exit(Why)
    end.

share(N, Among, I) when I < N rem Among -> N div Among + 1;
share(N, Among, _) -> N div Among.

%% crew starts workers that wait for the word, each with its share of N.
crew(N, Workers, Work) ->
    [spawn_link(fun() -> receive go -> Work(I, share(N, Workers, I)) end end) || I <- lists:seq(0, Workers - 1)].

%% counter handles N messages of some workers, and then tells.
counter(To, N, Workers) ->
    spawn_opt(fun() -> count(To, N, erlang:make_tuple(Workers, 0)) end, [link, {message_queue_data, off_heap}]).

count(To, 0, _) -> To ! done;
count(To, N, Next) ->
    receive {From, Seq} ->
        Seq = element(From + 1, Next), % or it dies: out of order
        count(To, N - 1, setelement(From + 1, Next, Seq + 1))
    end.

send_all(_, _, Seq, Seq) -> ok;
send_all(To, From, Seq, N) -> To ! {From, Seq}, send_all(To, From, Seq + 1, N).

tell(N, Workers) ->
    timed(fun() ->
        Counter = counter(self(), N, Workers),
        Crew = crew(N, Workers, fun(I, Share) -> send_all(Counter, I, 0, Share) end),
        fun() -> [W ! go || W <- Crew], receive done -> ok end end
    end).

pipeline(N) ->
    timed(fun() ->
        Counter = counter(self(), N, 1),
        Second = spawn_link(fun() -> pass(Counter) end),
        First = spawn_link(fun() -> pass(Second) end),
        fun() -> send_all(First, 0, 0, N), receive done -> ok end end
    end).

pass(To) -> receive M -> To ! M, pass(To) end.

%% ask asks as gen_server:call does: with a monitor, whose alias takes the answer.
ask(N, Workers) ->
    timed(fun() ->
        Self = self(),
        Oracle = spawn_link(fun() -> oracle(erlang:make_tuple(Workers, 0)) end),
        Crew = crew(N, Workers, fun(I, Share) -> ask_all(Oracle, I, 0, Share), Self ! asked end),
        fun() -> [W ! go || W <- Crew], [receive asked -> ok end || _ <- Crew] end
    end).

oracle(Next) ->
    receive {{_, [alias | Alias]}, {From, Seq}} ->
        Seq = element(From + 1, Next),
        Alias ! {Alias, {From, -Seq}},
        oracle(setelement(From + 1, Next, Seq + 1))
    end.

ask_all(_, _, Seq, Seq) -> ok;
ask_all(To, From, Seq, N) ->
    Ref = erlang:monitor(process, To, [{alias, demonitor}]),
    To ! {{self(), [alias | Ref]}, {From, Seq}},
    receive
        {Ref, Answer} -> erlang:demonitor(Ref, [flush]), Answer = {From, -Seq};
        {'DOWN', Ref, process, _, Why} -> exit(Why)
    end,
    ask_all(To, From, Seq + 1, N).

ping_pong(N) ->
    timed(fun() ->
        Self = self(),
        Ping = spawn_link(fun() -> receive {pong, Pong} -> serve(Self, Pong, 0, N) end end),
        Pong = spawn_link(fun() -> pass(Ping) end),
        Ping ! {pong, Pong},
        fun() -> Pong ! {0, 0}, receive done -> ok end end
    end).

serve(To, Pong, Seq, N) ->
    receive {0, Seq} when Seq + 1 =:= N -> To ! done;
            {0, Seq} -> Pong ! {0, Seq + 1}, serve(To, Pong, Seq + 1, N)
    end.

ring(N, Size) ->
    timed(fun() ->
        Self = self(),
        Last = spawn_link(fun() -> receive {next, Next} -> hop(Self, Next, N) end end),
        First = lists:foldl(fun(_, Next) -> spawn_link(fun() -> hop(Self, Next, N) end) end, Last, lists:seq(2, Size)),
        Last ! {next, First},
        fun() -> First ! {0, 0}, receive done -> ok end end
    end).

hop(To, Next, N) ->
    receive {0, Seq} when Seq + 1 =:= N -> To ! done;
            {0, Seq} -> Next ! {0, Seq + 1}, hop(To, Next, N)
    end.

%% A census is a counter that tells when it comes to zero.
census(N) -> C = atomics:new(1, []), atomics:put(C, 1, N), C.
mark(C, To) -> case atomics:sub_get(C, 1, 1) of 0 -> To ! all; _ -> ok end.

fanout(N, Size) ->
    timed(fun() ->
        Self = self(),
        C = census(0),
        Audience = [spawn_link(fun() -> listener(Self, C, 0) end) || _ <- lists:seq(1, Size)],
        fun() -> broadcast(Audience, Size, C, 0, N) end
    end).

listener(To, C, Seq) -> receive {0, Seq} -> mark(C, To), listener(To, C, Seq + 1) end.

broadcast(_, _, _, N, N) -> ok;
broadcast(Audience, Size, C, Seq, N) ->
    atomics:put(C, 1, Size),
    [A ! {0, Seq} || A <- Audience],
    receive all -> ok end,
    broadcast(Audience, Size, C, Seq + 1, N).

%% restart has a supervisor that starts a server anew. The queue dies with the
%% server, so a message is sent when the next one has started.
restart(N) ->
    timed(fun() ->
        process_flag(trap_exit, true),
        {ok, _} = supervised:start_link(self()),
        receive started -> ok end,
        fun() -> crash_all(0, N) end
    end).

crash_all(N, N) -> ok;
crash_all(Seq, N) ->
    victim ! crash,
    receive started -> ok end,
    victim ! {0, Seq},
    receive {handled, 1, Seq} -> ok end,
    crash_all(Seq + 1, N).

spawned(N, Most) -> lives(N, Most, {0, 0, 0, 0, 0, 0}).

lives(0, _, {Ns, Actors, Idle, Used, One, Rest}) ->
    {Ns, [{Idle / Actors, "idle-B"}, {Used / Actors, "used-B"}, {One, "stop-one-ns"}, {Rest, "stop-all-ns"}]};
lives(Left, Most, {Ns, Actors, Idle, Used, _, _}) ->
    N = min(Left, Most),
    {Ns1, Idle1, Used1, One, Rest} = life(N),
    lives(Left - N, Most, {Ns + Ns1, Actors + N, Idle + Idle1, Used + Used1, One, Rest}).

%% life makes N processes, tells each, and ends a tenth one after another and then
%% the others at once.
life(N) ->
    Self = self(),
    [erlang:garbage_collect(P) || P <- processes()],
    Before = erlang:memory(processes),
    C = census(N),
    Began = now_ns(),
    Pids = make(N, Self, C, []),
    receive all -> ok end,
    Took = now_ns() - Began,
    erlang:garbage_collect(),
    Kept = N * 16, % the list of pids is ours
    Idle = erlang:memory(processes) - Before - Kept,
    atomics:put(C, 1, N),
    [P ! {0, 0} || P <- Pids],
    receive all -> ok end,
    erlang:garbage_collect(),
    Used = erlang:memory(processes) - Before - Kept,
    {Tenth, Others} = lists:split((N + 9) div 10, Pids),
    BeganOne = now_ns(),
    [begin M = monitor(process, P), P ! stop, receive {'DOWN', M, process, P, normal} -> ok end end || P <- Tenth],
    One = (now_ns() - BeganOne) / length(Tenth),
    atomics:put(C, 1, length(Others)),
    BeganRest = now_ns(),
    [P ! end_of_all || P <- Others],
    case Others of [] -> ok; _ -> receive all -> ok end end,
    Rest = (now_ns() - BeganRest) / max(length(Others), 1),
    {Took, Idle, Used, One, Rest}.

now_ns() -> erlang:monotonic_time(nanosecond).

make(0, _, _, Pids) -> Pids;
make(N, To, C, Pids) -> make(N - 1, To, C, [spawn(fun() -> mark(C, To), citizen(To, C) end) | Pids]).

citizen(To, C) ->
    receive
        {0, 0} -> mark(C, To), citizen(To, C);
        stop -> ok;
        end_of_all -> mark(C, To)
    end.

skynet(N, Most) ->
    {Ns, []} = timed(fun() -> fun() -> trees(N, Most) end end),
    {Ns, [{Ns / 1.0e6 * Most / N, "tree-ms"} || N >= Most]}.

trees(0, _) -> ok;
trees(Left, Most) ->
    N = min(Left, Most),
    Self = self(),
    spawn(fun() -> grow(Self, 0, N) end),
    Sum = N * (N - 1) div 2,
    receive {sum, Sum} -> ok end,
    trees(Left - N, Most).

grow(Above, First, 1) -> Above ! {sum, First};
grow(Above, First, N) ->
    Self = self(),
    Below = min(N, 10),
    divide(Self, First, N, Below, 0),
    Above ! {sum, add(Below, 0)}.

divide(_, _, _, Below, Below) -> ok;
divide(Self, First, N, Below, I) ->
    Share = share(N, Below, I),
    spawn(fun() -> grow(Self, First, Share) end),
    divide(Self, First + Share, N, Below, I + 1).

add(0, Sum) -> Sum;
add(Below, Sum) -> receive {sum, S} -> add(Below - 1, Sum + S) end.
